import { expect, test } from "vitest";
import { createGate } from "../../../infra/local/functions-host/service-bus/gate.ts";

test("at most so many run at once, the others follow in order, and a failure makes room too", async () => {
  const gate = createGate(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const tasks = [0, 1, 2, 3].map((index) =>
    gate(async () => {
      started.push(index);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (index === 0) throw new Error("on purpose");
    }),
  );
  const settled = Promise.allSettled(tasks);
  expect(started).toEqual([0, 1]);
  for (const [finished, then] of [
    [0, [0, 1, 2]],
    [1, [0, 1, 2, 3]],
  ] as const) {
    ends[finished]?.();
    await expect.poll(() => started).toEqual(then);
  }
  for (const end of ends) end();
  expect((await settled).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
});
