import { expect, test } from "vitest";
import { median, quantile } from "./statistics.ts";

test.each([
  { values: [3, 1, 2], share: 0.5, is: 2 },
  { values: [4, 1, 3, 2], share: 0.5, is: 2 },
  { values: Array.from({ length: 100 }, (_, index) => index + 1), share: 0.99, is: 99 },
  { values: [7], share: 0.9, is: 7 },
])("the $share quantile of $values.length values is one of them, by nearest rank", ({ values, share, is }) => {
  expect(quantile(values, share)).toBe(is);
});

test("the median of nothing is not a number, rather than a good figure", () => {
  expect(median([])).toBeNaN();
});
