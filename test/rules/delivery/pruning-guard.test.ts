import fc from "fast-check";
import { expect, test } from "vitest";
import { pruningGuard, type Judgement, type PruningGuard } from "../../../shared/delivery/pruning-guard.ts";
import { now } from "../samples.ts";

/** Each is at another user's device, unless it is said whose. */
let users = 0;
const judged = (guard: PruningGuard, at: number, isEnding: boolean, whose = `user ${(users += 1)}`): Judgement =>
  guard(at, isEnding, whose);
const feed = (guard: PruningGuard, at: number, good: number, ending: number): Judgement[] =>
  Array.from({ length: good + ending }, (_, index) => judged(guard, at, index >= good));
const believed = (judgements: readonly Judgement[]): number => judgements.filter(({ isBelieved }) => isBelieved).length;

test.each([
  ["49 seen, all of them ending", 0, 49, 49],
  ["the 50th, when the 49 before were ending", 0, 50, 49],
  ["50 seen, a tenth ending", 45, 5, 50],
  ["50 seen, more than a tenth ending", 44, 6, 49],
  ["1,000 seen, a tenth ending", 900, 100, 1_000],
  ["1,000 seen, just more than a tenth", 899, 101, 998],
])("%s: %i good and %i ending, %i believed", (_, good, ending, expected) => {
  expect(believed(feed(pruningGuard(10), now, good, ending))).toBe(expected);
});

test("what is older than a minute counts no more", () => {
  const guard = pruningGuard(10);
  feed(guard, now, 40, 0);
  feed(guard, now + 59_999, 0, 9);
  expect(judged(guard, now + 60_000, true).isBelieved).toBe(true); // ten of ten, but ten only
});

test("a whole minute counts", () => {
  const guard = pruningGuard(10);
  feed(guard, now, 43, 0);
  feed(guard, now + 30_000, 0, 6);
  expect(judged(guard, now + 59_999, true)).toEqual({ isBelieved: false, change: "stopped", sharePercent: 14 });
});

test("it says once that it stopped, and goes on disbelieving when it gets quiet", () => {
  const guard = pruningGuard(10);
  expect(feed(guard, now, 44, 10).filter(({ change }) => change === "stopped")).toHaveLength(1);
  const hour = 3_600_000;
  for (let hours = 1; hours < 40; hours += 1) {
    expect(judged(guard, now + hours * hour, true)).toMatchObject({ isBelieved: false });
  }
});

test("it believes again once fifty answers over a minute are good enough, and not sooner", () => {
  const guard = pruningGuard(10);
  feed(guard, now, 0, 60);
  expect(believed(feed(guard, now + 59_000, 500, 0))).toBe(0);
  const last = judged(guard, now + 60_000, false);
  expect(last).toMatchObject({ isBelieved: true, change: "resumed" });
  expect(judged(guard, now + 60_000, true)).toMatchObject({ isBelieved: true });
});

test("fifty answers that are not good enough begin anew, so that bad ones of long ago do not count for ever", () => {
  const guard = pruningGuard(10);
  feed(guard, now, 0, 50);
  expect(believed(feed(guard, now + 60_000, 0, 5_000))).toBe(0);
  feed(guard, now + 90_000, 50, 0);
  feed(guard, now + 125_000, 49_000, 0);
  expect(judged(guard, now + 190_000, false).isBelieved).toBe(true);
});

test("a share of 100 believes everything", () => {
  expect(believed(feed(pruningGuard(100), now, 0, 10_000))).toBe(10_000);
});

/** One in eight, so that both sides of the limit come up. */
const isEndings = fc.nat(7).map((n) => n === 0);

test("of any answers within a minute, no more are believed than one in ten, or the first forty-nine", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(59), isEndings), { minLength: 40, maxLength: 400 }), (answers) => {
      const guard = pruningGuard(10);
      let [seen, ended] = [0, 0];
      for (const [second, isEnding] of answers.toSorted(([a], [b]) => a - b)) {
        seen += 1;
        if (judged(guard, now + second * 1_000, isEnding).isBelieved && isEnding) ended += 1;
        expect(ended).toBeLessThanOrEqual(Math.max(49, Math.floor(seen / 10)));
      }
    }),
  );
});

test("one user's dead channels, however many, stop the believing of nobody's", () => {
  const guard = pruningGuard(10);
  for (let minutes = 0; minutes < 10; minutes += 1) {
    const at = now + minutes * 60_000;
    feed(guard, at, 45, 0);
    for (let devices = 0; devices < 50; devices += 1) expect(judged(guard, at, true, "mallory").isBelieved).toBe(true);
  }
});

test("while it is stopped one user's further dead channels are not believed either, and do not keep it stopped", () => {
  const guard = pruningGuard(10);
  feed(guard, now, 0, 50);
  const dead = (at: number): boolean => judged(guard, at, true, "mallory").isBelieved;
  for (let devices = 0; devices < 50; devices += 1) expect(dead(now + 30_000)).toBe(false);
  expect(feed(guard, now + 61_000, 60, 0).at(-1)).toMatchObject({ isBelieved: true });
});
