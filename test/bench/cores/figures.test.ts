import { expect, test } from "vitest";
import { ownSeconds, summary } from "./figures.ts";

test("one process is as fast as its main thread, however much its other threads do on the second processor", () => {
  expect(ownSeconds({ mainThreadSeconds: 4, cpuSeconds: 5 }, 2)).toBe(4);
});

test("two processes are no faster than all their threads together on two processors", () => {
  expect(ownSeconds({ mainThreadSeconds: 2, cpuSeconds: 5 }, 2)).toBe(2.5);
});

test("one processor is as fast as all threads of a process that is held to it", () => {
  expect(ownSeconds({ mainThreadSeconds: 4, cpuSeconds: 5 }, 1)).toBe(5);
});

test("a ratio is of one round, and what was waited for or taken by others changes none", () => {
  const side = { deliveries: 1_000, wallSeconds: 60, othersSeconds: 50, missing: 0 };
  const core = { ...side, mainThreadSeconds: 4, cpuSeconds: 4.5 };
  const one = { ...side, mainThreadSeconds: 4, cpuSeconds: 5 };
  const several = { ...side, mainThreadSeconds: 2, cpuSeconds: 5, wallSeconds: 6 };
  const summed = summary([{ core, one, several }], 0.25, 2);
  expect(summed).toMatchObject({ ratios: { core: [1.8], one: [1.6] }, isMet: true, threadsAtMost: 4 / 3 });
});
