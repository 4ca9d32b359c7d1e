import { expect, test } from "vitest";
import { turnedAway } from "../../../shared/delivery/turned-away.ts";

const second = 1_000;
const never = Number.MAX_SAFE_INTEGER;
const latest = () => 0.999_999;
/** When those come again who were turned away each second until then: the last of them, in seconds from then. */
const after = (seconds: number, { chance = latest, endsIn = 1e9, mostMs = 3_600 * second } = {}): number => {
  const away = turnedAway({ mostMs, chance });
  for (let now = 0; now < seconds * second; now += second) away.until(now, never);
  return Math.round((away.until(seconds * second, (seconds + endsIn) * second) - seconds * second) / 100) / 10;
};

test.each([
  ["the first", 0, {}, 2],
  ["the first, at the earliest", 0, { chance: () => 0 }, 1],
  ["after a minute", 60, {}, 30],
  ["after a minute, at the earliest", 60, { chance: () => 0 }, 15],
  ["after three hours, an hour being the most", 3 * 3_600, {}, 3_600],
  ["after a minute, with a most of three seconds", 60, { mostMs: 3 * second }, 3],
  ["after a minute, what ends in 25 s", 60, { endsIn: 25 }, 15],
  ["after a minute, what ends in 5 s", 60, { endsIn: 5 }, 2],
  ["what ends in 2 s", 0, { endsIn: 2 }, 1],
  ["what ends at once", 0, { endsIn: 0 }, 0],
])("%s comes again: after %i s, %j, in %d s", (_, seconds, more, expected) => {
  expect(after(seconds, more)).toBe(expected);
});

test("ten seconds without anybody turned away, and it has begun anew", () => {
  const away = turnedAway({ mostMs: 3_600 * second, chance: latest });
  for (let now = 0; now <= 60 * second; now += 10 * second) away.until(now, never);
  expect(away.until(70 * second, never)).toBeGreaterThan(100 * second);
  expect(away.until(80.1 * second, never)).toBeLessThan(83 * second);
});
