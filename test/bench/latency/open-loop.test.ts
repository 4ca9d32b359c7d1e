import { expect, test } from "vitest";
import { openLoop } from "./open-loop.ts";

const stop = new AbortController().signal;

test("requests begin when they are due, though nothing has been answered yet", async () => {
  const due: number[] = [];
  const ends: (() => void)[] = [];
  await openLoop({ perSecond: 2_000, seconds: 0.005, stop }, (_, dueAt) => {
    due.push(dueAt);
    const ended = new Promise<void>((resolve) => ends.push(resolve));
    if (ends.length === 10) for (const end of ends) end();
    return ended;
  });
  expect(due.map((at) => Math.round((at - (due[0] ?? 0)) * 10) / 10)).toEqual([0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
});

test("a sender that was held up makes up for it at once, and all keep the time at which they were due", async () => {
  const late: number[] = [];
  await openLoop({ perSecond: 1_000, seconds: 0.01, stop }, (index, dueAt) => {
    late.push(performance.now() - dueAt);
    const resumesAt = performance.now() + 20;
    while (index === 0 && performance.now() < resumesAt);
    return Promise.resolve();
  });
  expect(late).toHaveLength(10);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(late[1]).toBeGreaterThan(15);
});
