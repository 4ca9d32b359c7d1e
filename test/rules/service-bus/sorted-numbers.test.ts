import fc from "fast-check";
import { expect, test } from "vitest";
import { sortedNumbers } from "../../../infra/local/service-bus/sorted-numbers.ts";

const step = fc.tuple(fc.constantFrom("add", "delete"), fc.integer({ min: 0, max: 400 }));

test("it holds what a set holds, in order, from any number on", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 500 }), fc.integer({ min: -1, max: 401 }), (steps, start) => {
      const [sorted, model] = [sortedNumbers(), new Set<number>()];
      for (const [kind, value] of steps) {
        if (kind === "delete") expect(sorted.delete(value)).toBe(model.delete(value));
        else {
          sorted.add(value);
          model.add(value);
        }
      }
      const expected = [...model].sort((a, b) => a - b);
      expect(sorted.size()).toBe(expected.length);
      expect(sorted.first()).toBe(expected[0]);
      expect([...sorted.from(start)]).toEqual(expected.filter((value) => value >= start));
    }),
  );
});

test("it stays in order when chunks split and empty", () => {
  const sorted = sortedNumbers();
  const count = 10_000;
  // 7,919 is prime to the count: every number once, in no order.
  for (let index = 0; index < count; index += 1) sorted.add((index * 7919) % count);
  for (let value = 0; value < count; value += 2) sorted.delete(value);
  expect([...sorted.from(5_000)]).toEqual(Array.from({ length: 2_500 }, (_, index) => 5_001 + 2 * index));
  expect(sorted.size()).toBe(5_000);
});
