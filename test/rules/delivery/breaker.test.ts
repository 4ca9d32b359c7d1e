import fc from "fast-check";
import { expect, test } from "vitest";
import { breaker, type Breaker, type Entry, type Pass } from "../../../shared/delivery/breaker.ts";

const second = 1_000;
const never = Number.MAX_SAFE_INTEGER;
const options = { failuresMost: 3, firstMs: 5 * second, mostMs: 30 * second, spreadMostMs: 3_600 * second };
/** All spreads are as wide as they get. */
const widest = () => 0.999_999;

const passOf = (entry: Entry): Pass => {
  if (entry.kind !== "pass") throw new Error(`It is shut until ${entry.until}.`);
  return entry.pass;
};
const failAt = (tried: Breaker, now: number, notBefore = 0, isCounted = true): boolean =>
  tried.fail(passOf(tried.enter(now, never)), { now, notBefore, isCounted });
const shutAt = (now: number, chance = () => 0): Breaker => {
  const made = breaker({ ...options, chance });
  for (let times = 0; times < options.failuresMost; times += 1) failAt(made, now);
  return made;
};
/** At which moments, of all whole seconds, one may enter; each who enters fails. */
const entriesOf = (tried: Breaker, untilSecond: number): number[] => {
  const at: number[] = [];
  for (let now = 0; now <= untilSecond * second; now += second) {
    const entry = tried.enter(now, never);
    if (entry.kind === "shut") continue;
    at.push(now / second);
    tried.fail(entry.pass, { now, notBefore: 0, isCounted: true });
  }
  return at;
};

test("it is shut by failures in a row only, and says so once", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  expect([failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false]);
  tried.succeed(0);
  expect([failAt(tried, 0), failAt(tried, 0), failAt(tried, 0)]).toEqual([false, false, true]);
  expect(tried.enter(0, never).kind).toBe("shut");
});

test("what is not counted shuts nothing", () => {
  const tried = breaker({ ...options, chance: () => 0 });
  for (let times = 0; times < 100; times += 1) expect(failAt(tried, 0, 60 * second, false)).toBe(false);
  expect(tried.enter(0, never).kind).toBe("pass");
});

test.each([
  ["the whole time", widest, [5, 15, 35, 65, 95]],
  ["half the time, at least", () => 0, [3, 8, 18, 33, 48, 63, 78, 93]],
])("it is tried after 5 s, 10 s, 20 s, 30 s, 30 s: %s", (_, chance, at) => {
  expect(entriesOf(shutAt(0, chance), 100)).toEqual(at);
});

test("one is let in at the first time's end, then two, then four, and never more", () => {
  const tried = shutAt(0, widest);
  const counts: number[] = [];
  for (const at of [5, 15, 35, 65]) {
    const passes: Pass[] = [];
    for (let entry = tried.enter(at * second, never); entry.kind === "pass"; entry = tried.enter(at * second, never))
      passes.push(entry.pass);
    counts.push(passes.length);
    for (const pass of passes) tried.fail(pass, { now: at * second, notBefore: 0, isCounted: true });
  }
  expect(counts).toEqual([1, 2, 4, 4]);
});

test("a try that comes to nothing gives its place to the next", () => {
  const tried = shutAt(0, widest);
  const pass = passOf(tried.enter(5 * second, never));
  expect(tried.enter(5 * second, never).kind).toBe("shut");
  tried.leave(pass);
  expect(tried.enter(5 * second, never).kind).toBe("pass");
});

test("any success opens it, and says how long it was shut", () => {
  const tried = shutAt(1_000);
  expect(tried.succeed(9_000)).toBe(8_000);
  expect(tried.succeed(9_000)).toBeUndefined();
  expect(tried.enter(9_000, never).kind).toBe("pass");
});

test("failures of those who were in before do not shut it for longer", () => {
  const tried = breaker({ ...options, chance: widest });
  const before = Array.from({ length: 20 }, () => passOf(tried.enter(0, never)));
  for (const pass of before) tried.fail(pass, { now: 0, notBefore: 0, isCounted: true });
  expect(entriesOf(tried, 20)).toEqual([5, 15]);
});

test("who is turned away comes again at the next try, or up to a quarter of the outage later", () => {
  const early = shutAt(0).enter(0, never);
  expect(early).toEqual({ kind: "shut", until: 2_500 });
  const tried = shutAt(0, widest);
  const at = entriesOf(tried, 3_600).at(-1) ?? 0;
  const late = tried.enter((at + 1) * second, never);
  if (late.kind !== "shut") throw new Error("It is open.");
  expect(late.until).toBeCloseTo((at + 30 + (at + 1) / 4) * second, -2);
});

test("what ends before is told to come ten seconds before its end, and is let in then", () => {
  const tried = shutAt(0, widest);
  failAt(tried, 5 * second); // shut until 15
  const expiresAt = 18 * second;
  expect(tried.enter(6 * second, expiresAt)).toEqual({ kind: "shut", until: 8 * second });
  const pass = passOf(tried.enter(8 * second, expiresAt));
  tried.fail(pass, { now: 8 * second, notBefore: 0, isCounted: true });
  expect(entriesOf(tried, 20)).toEqual([15]);
});

test("a last chance that is a success opens it", () => {
  const tried = shutAt(0, widest);
  passOf(tried.enter(second, 2 * second));
  tried.succeed(second);
  expect(tried.enter(second, never).kind).toBe("pass");
});

const failures = fc.array(
  fc.record({ passing: fc.nat(20_000), retryAfter: fc.nat(90_000), endsIn: fc.nat(60_000), isCounted: fc.boolean() }),
  { maxLength: 60 },
);

test("what the origin asked for is never undercut once it is shut, by tries and last chances neither", () => {
  fc.assert(
    fc.property(failures, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (plan, chances) => {
      const tried = breaker({ ...options, chance: () => Number(chances.next().value) });
      let now = 0;
      let wish = 0;
      let isShut = false;
      for (const { passing, retryAfter, endsIn, isCounted } of plan) {
        now += passing;
        const entry = tried.enter(now, now + endsIn);
        if (entry.kind === "shut") {
          expect(entry.until).toBeGreaterThan(now);
          expect(entry.until).toBeGreaterThanOrEqual(wish);
          continue;
        }
        if (isShut) expect(now).toBeGreaterThanOrEqual(wish);
        if (isCounted || isShut) wish = Math.max(wish, now + retryAfter);
        isShut = tried.fail(entry.pass, { now, notBefore: now + retryAfter, isCounted }) || isShut;
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
        const entry = tried.enter(now, never);
        if (entry.kind === "pass") tried.fail(entry.pass, { now, notBefore: now + retryAfter, isCounted });
      }
      const first = tried.enter(now, never);
      const second = first.kind === "shut" ? tried.enter(first.until, never) : first;
      expect(second.kind).toBe("pass");
    }),
  );
});
