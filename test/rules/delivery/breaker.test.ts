import fc from "fast-check";
import { expect, test } from "vitest";
import { breaker, type Admission, type Breaker, type Pass } from "../../../shared/delivery/breaker.ts";

const second = 1_000;
const never = Number.MAX_SAFE_INTEGER;
const options = { failuresMost: 3, firstMs: 5 * second, mostMs: 30 * second, spreadMostMs: 3_600 * second };
/** All spreads are as wide as they get. */
const widest = () => 0.999_999;

const passOf = (admission: Admission): Pass => {
  if (admission.kind !== "pass") throw new Error(`One must wait until ${admission.until}.`);
  return admission.pass;
};
const failAt = (tried: Breaker, now: number, notBefore = 0, isCounted = true): boolean =>
  tried.fail(passOf(tried.enter(now, never)), { now, notBefore, isCounted });
const trippedAt = (now: number, chance = () => 0): Breaker => {
  const made = breaker({ ...options, chance });
  for (let times = 0; times < options.failuresMost; times += 1) failAt(made, now);
  return made;
};
/** At which moments, of all whole seconds, one may enter; each who enters fails. */
const admittedAt = (tried: Breaker, untilSecond: number): number[] => {
  const at: number[] = [];
  for (let now = 0; now <= untilSecond * second; now += second) {
    const admission = tried.enter(now, never);
    if (admission.kind === "wait") continue;
    at.push(now / second);
    tried.fail(admission.pass, { now, notBefore: 0, isCounted: true });
  }
  return at;
};

test("it is tripped by failures in a row only, and says so once", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  expect([failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false]);
  tried.succeed(0);
  expect([failAt(tried, 0), failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false, true]);
  expect(tried.enter(0, never).kind).toBe("wait");
});

test("what is not counted trips nothing", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  for (let times = 0; times < 100; times += 1) expect(failAt(tried, 0, 60 * second, false)).toBe(false);
  expect(tried.enter(0, never).kind).toBe("pass");
});

test.each([
  ["the whole time", widest, [5, 15, 35, 65, 95]],
  ["half the time, at least", () => 0, [3, 8, 18, 33, 48, 63, 78, 93]],
])("it is tried after 5 s, 10 s, 20 s, 30 s, 30 s: %s", (_, chance, at) => {
  expect(admittedAt(trippedAt(0, chance), 100)).toEqual(at);
});

test("one is let in at the first time's end, then two, then four, and never more", () => {
  const tried = trippedAt(0, widest);
  const counts: number[] = [];
  for (const at of [5, 15, 35, 65]) {
    const passes: Pass[] = [];
    for (
      let admission = tried.enter(at * second, never);
      admission.kind === "pass";
      admission = tried.enter(at * second, never)
    )
      passes.push(admission.pass);
    counts.push(passes.length);
    for (const pass of passes) tried.fail(pass, { now: at * second, notBefore: 0, isCounted: true });
  }
  expect(counts).toEqual([1, 2, 4, 4]);
});

test("a try that comes to nothing gives its place to the next", () => {
  const tried = trippedAt(0, widest);
  const pass = passOf(tried.enter(5 * second, never));
  expect(tried.enter(5 * second, never).kind).toBe("wait");
  tried.leave(pass);
  expect(tried.enter(5 * second, never).kind).toBe("pass");
});

test("any success resets it, and says how long ago it tripped", () => {
  const tried = trippedAt(1_000);
  expect(tried.succeed(9_000)).toBe(8_000);
  expect(tried.succeed(9_000)).toBeUndefined();
  expect(tried.enter(9_000, never).kind).toBe("pass");
});

test("failures of those who were in before do not make it wait longer", () => {
  const tried = breaker({ ...options, chance: widest });
  const before = Array.from({ length: 20 }, () => passOf(tried.enter(0, never)));
  for (const pass of before) tried.fail(pass, { now: 0, notBefore: 0, isCounted: true });
  expect(admittedAt(tried, 20)).toEqual([5, 15]);
});

test("who is turned away comes again at the next try, or up to a quarter of the outage later", () => {
  const early = trippedAt(0).enter(0, never);
  expect(early).toEqual({ kind: "wait", until: 2_500 });
  const tried = trippedAt(0, widest);
  const at = admittedAt(tried, 3_600).at(-1) ?? 0;
  const late = tried.enter((at + 1) * second, never);
  if (late.kind !== "wait") throw new Error("It let one in.");
  expect(late.until).toBeCloseTo((at + 30 + (at + 1) / 4) * second, -2);
});

test("what ends before is told to come ten seconds before its end, and is let in then", () => {
  const tried = trippedAt(0, widest);
  failAt(tried, 5 * second); // tripped until 15
  const expiresAt = 18 * second;
  expect(tried.enter(6 * second, expiresAt)).toEqual({ kind: "wait", until: 8 * second });
  const pass = passOf(tried.enter(8 * second, expiresAt));
  tried.fail(pass, { now: 8 * second, notBefore: 0, isCounted: true });
  expect(admittedAt(tried, 20)).toEqual([15]);
});

test("a last chance that is a success resets it", () => {
  const tried = trippedAt(0, widest);
  passOf(tried.enter(second, 2 * second));
  tried.succeed(second);
  expect(tried.enter(second, never).kind).toBe("pass");
});

const failures = fc.array(
  fc.record({ passing: fc.nat(20_000), retryAfter: fc.nat(90_000), endsIn: fc.nat(60_000), isCounted: fc.boolean() }),
  { maxLength: 60 },
);

test("what the origin asked for is never undercut once it has tripped, by tries and last chances neither", () => {
  fc.assert(
    fc.property(failures, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (plan, chances) => {
      const tried = breaker({ ...options, chance: () => Number(chances.next().value) });
      let now = 0;
      let wish = 0;
      let isTripped = false;
      for (const { passing, retryAfter, endsIn, isCounted } of plan) {
        now += passing;
        const admission = tried.enter(now, now + endsIn);
        if (admission.kind === "wait") {
          expect(admission.until).toBeGreaterThan(now);
          expect(admission.until).toBeGreaterThanOrEqual(wish);
          continue;
        }
        if (isTripped) expect(now).toBeGreaterThanOrEqual(wish);
        if (isCounted || isTripped) wish = Math.max(wish, now + retryAfter);
        isTripped = tried.fail(admission.pass, { now, notBefore: now + retryAfter, isCounted }) || isTripped;
      }
    }),
  );
});

test("whatever failed, whoever comes when they were told to is let in at last", () => {
  fc.assert(
    fc.property(failures, fc.double({ min: 0, max: 0.999, noNaN: true }), (plan, chance) => {
      const tried = breaker({ ...options, chance: () => chance });
      let now = 0;
      for (const { passing, retryAfter, isCounted } of plan) {
        now += passing;
        const admission = tried.enter(now, never);
        if (admission.kind === "pass") tried.fail(admission.pass, { now, notBefore: now + retryAfter, isCounted });
      }
      const first = tried.enter(now, never);
      const second = first.kind === "wait" ? tried.enter(first.until, never) : first;
      expect(second.kind).toBe("pass");
    }),
  );
});
