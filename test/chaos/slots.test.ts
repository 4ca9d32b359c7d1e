import { expect, test } from "vitest";
import { slots } from "./slots.ts";

test("so many tasks run at once, the others in the order they came, whatever becomes of those before", async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const inTurn = slots(2);
  const task = (number: number): Promise<unknown> =>
    inTurn(() => {
      begun.push(number);
      return new Promise((_, reject) => ends.push(() => reject(new Error("an outage"))));
    }).catch(() => undefined);
  const tasks = [1, 2, 3, 4].map(task);
  await Promise.resolve();
  expect(begun).toEqual([1, 2]);
  for (const index of tasks.keys()) {
    await expect.poll(() => ends.length).toBeGreaterThan(index);
    ends[index]?.();
  }
  await Promise.all(tasks);
  expect(begun).toEqual([1, 2, 3, 4]);
});
