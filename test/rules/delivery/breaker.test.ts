import fc from "fast-check";
import { expect, test } from "vitest";
import { breaker, type Admission, type Breaker, type Pass } from "../../../shared/delivery/breaker.ts";

const second = 1_000;
const never = Number.MAX_SAFE_INTEGER;
const options = { failuresMost: 3, firstMs: 5 * second, mostMs: 30 * second, spreadMostMs: 3_600 * second };
/** All spreads are as wide as they get. */
const widest = () => 0.999_999;

/** Each is another user's, unless it is said whose. */
let users = 0;
const another = (): string => `user ${(users += 1)}`;
const enter = (tried: Breaker, now: number, expiresAt: number, whose = another()): Admission =>
  tried.enter(now, expiresAt, whose);
const succeed = (tried: Breaker, now: number, whose = another()): number | undefined =>
  tried.succeed({ round: 0, whose }, now);

const passOf = (admission: Admission): Pass => {
  if (admission.kind !== "pass") throw new Error(`One must wait until ${admission.until}.`);
  return admission.pass;
};
const failAt = (tried: Breaker, now: number, notBefore = 0, isCounted = true, whose = another()): boolean =>
  tried.fail(passOf(enter(tried, now, never, whose)), { now, notBefore, isCounted });
const trippedAt = (now: number, chance = () => 0): Breaker => {
  const made = breaker({ ...options, chance });
  for (let times = 0; times < options.failuresMost; times += 1) failAt(made, now);
  return made;
};
/** At which moments, of all whole seconds, one may enter; each who enters fails. */
const admittedAt = (tried: Breaker, untilSecond: number): number[] => {
  const at: number[] = [];
  for (let now = 0; now <= untilSecond * second; now += second) {
    const admission = enter(tried, now, never);
    if (admission.kind === "wait") continue;
    at.push(now / second);
    tried.fail(admission.pass, { now, notBefore: 0, isCounted: true });
  }
  return at;
};

test("it is tripped by failures in a row only, and says so once", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  expect([failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false]);
  succeed(tried, 0);
  expect([failAt(tried, 0), failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false, true]);
  expect(enter(tried, 0, never).kind).toBe("wait");
});

test("what is not counted trips nothing", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  for (let times = 0; times < 100; times += 1) expect(failAt(tried, 0, 60 * second, false)).toBe(false);
  expect(enter(tried, 0, never).kind).toBe("pass");
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
      let admission = enter(tried, at * second, never);
      admission.kind === "pass";
      admission = enter(tried, at * second, never)
    )
      passes.push(admission.pass);
    counts.push(passes.length);
    for (const pass of passes) tried.fail(pass, { now: at * second, notBefore: 0, isCounted: true });
  }
  expect(counts).toEqual([1, 2, 4, 4]);
});

test("a try that comes to nothing gives its place to the next", () => {
  const tried = trippedAt(0, widest);
  const pass = passOf(enter(tried, 5 * second, never));
  expect(enter(tried, 5 * second, never).kind).toBe("wait");
  tried.leave(pass);
  expect(enter(tried, 5 * second, never).kind).toBe("pass");
});

test("any success resets it, and says how long ago it tripped", () => {
  const tried = trippedAt(1_000);
  expect(succeed(tried, 9_000)).toBe(8_000);
  expect(succeed(tried, 9_000)).toBeUndefined();
  expect(enter(tried, 9_000, never).kind).toBe("pass");
});

test("failures of those who were in before do not make it wait longer", () => {
  const tried = breaker({ ...options, chance: widest });
  const before = Array.from({ length: 20 }, () => passOf(enter(tried, 0, never)));
  for (const pass of before) tried.fail(pass, { now: 0, notBefore: 0, isCounted: true });
  expect(admittedAt(tried, 20)).toEqual([5, 15]);
});

test("who is turned away comes again at the next try, or up to a quarter of the outage later", () => {
  const early = enter(trippedAt(0), 0, never);
  expect(early).toEqual({ kind: "wait", until: 2_500 });
  const tried = trippedAt(0, widest);
  const at = admittedAt(tried, 3_600).at(-1) ?? 0;
  const late = enter(tried, (at + 1) * second, never);
  if (late.kind !== "wait") throw new Error("It let one in.");
  expect(late.until).toBeCloseTo((at + 30 + (at + 1) / 4) * second, -2);
});

test("what ends before is told to come ten seconds before its end, and is let in then", () => {
  const tried = trippedAt(0, widest);
  failAt(tried, 5 * second); // tripped until 15
  const expiresAt = 18 * second;
  expect(enter(tried, 6 * second, expiresAt)).toEqual({ kind: "wait", until: 8 * second });
  const pass = passOf(enter(tried, 8 * second, expiresAt));
  tried.fail(pass, { now: 8 * second, notBefore: 0, isCounted: true });
  expect(admittedAt(tried, 20)).toEqual([15]);
});

test("a last chance that is a success resets it", () => {
  const tried = trippedAt(0, widest);
  passOf(enter(tried, second, 2 * second));
  succeed(tried, second);
  expect(enter(tried, second, never).kind).toBe("pass");
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
        const admission = enter(tried, now, now + endsIn);
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
        const admission = enter(tried, now, never);
        if (admission.kind === "pass") tried.fail(admission.pass, { now, notBefore: now + retryAfter, isCounted });
      }
      const first = enter(tried, now, never);
      const second = first.kind === "wait" ? enter(tried, first.until, never) : first;
      expect(second.kind).toBe("pass");
    }),
  );
});

/** So many failures of one user's devices in a row. */
const failOften = (tried: Breaker, now: number, times: number, whose: string): boolean[] =>
  Array.from({ length: times }, () => failAt(tried, now, 0, true, whose));

test("one user's devices trip nothing that has served others within the hour, however many fail", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  succeed(tried, 0, "alice");
  expect(failOften(tried, 3_599 * second, 50, "mallory")).not.toContain(true);
  expect(failAt(tried, 3_599 * second, 0, true, "alice")).toBe(true); // whom it served fails, too
  const later = breaker({ ...options, chance: () => 0 });
  succeed(later, 0, "alice");
  expect(failOften(later, 3_600 * second, 3, "mallory")).toEqual([false, false, true]);
});

test("as many users trip it as failures are needed, be others served or not", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  for (let times = 0; times < 10; times += 1) succeed(tried, 0);
  expect([2, 2, 1].map((times) => failOften(tried, 0, times, another()).at(-1))).toEqual([false, false, true]);
});

test("where there is one user, that one trips it", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  succeed(tried, 0, "alice");
  expect(failOften(tried, 0, 3, "alice")).toEqual([false, false, true]);
});

test("a user who has tried lets the others try first: fifty devices of a stranger's keep nobody out", () => {
  const tried = trippedAt(0, widest);
  passOf(enter(tried, 5 * second, never, "mallory")); // on the way
  expect(enter(tried, 5 * second, never, "mallory").kind).toBe("wait");
  tried.fail({ round: 1, whose: "mallory" }, { now: 5 * second, notBefore: 0, isCounted: true });
  const again = enter(tried, 15 * second, never, "mallory");
  expect(again).toMatchObject({ kind: "wait" });
  for (let devices = 0; devices < 50; devices += 1) enter(tried, 15 * second, never, "mallory");
  passOf(enter(tried, 15 * second, never, "alice"));
  // And when the others have had the time to come, it is that one's turn again.
  passOf(enter(tried, again.kind === "wait" ? again.until : 0, never, "mallory"));
});
