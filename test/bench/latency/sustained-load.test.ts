import { expect, test } from "vitest";
import { growthOf, isSustained, sustainedLoad } from "./sustained-load.ts";

test.each([
  { capacity: 100, first: 100, finds: 100 },
  { capacity: 130, first: 100, finds: 121 },
  { capacity: 90, first: 100, finds: 82.64 },
])("of $capacity a second, tried from $first on, $finds are found", async ({ capacity, first, finds }) => {
  const tried: number[] = [];
  const found = await sustainedLoad(first, (perSecond) => {
    tried.push(perSecond);
    return Promise.resolve(perSecond <= capacity);
  });
  expect(found).toBeCloseTo(finds, 2);
  expect(tried).toHaveLength(new Set(tried).size);
});

test("a stack that sustains nothing is told, rather than measured at a load that means nothing", async () => {
  await expect(sustainedLoad(100, () => Promise.resolve(false))).rejects.toThrow(/Not even \d+ a second/);
});

test("a load under which everything arrives, but later and later, is not sustained", () => {
  const growing = growthOf(Array.from({ length: 100 }, (_, index) => 50 + index * 4));
  expect(growing).toBe(300);
  expect(isSustained({ refused: 0, lost: 0, growthMs: growing })).toBe(false);
  expect(isSustained({ refused: 0, lost: 0, growthMs: growthOf([50, 400, 50, 50, 50, 300, 60, 60]) })).toBe(true);
});

test.each([{ refused: 1 }, { lost: 1 }])("nor is one under which something fails: %o", (failed) => {
  expect(isSustained({ refused: 0, lost: 0, growthMs: 0, ...failed })).toBe(false);
});
