import { setTimeout as passed } from "node:timers/promises";
import { expect, test } from "vitest";
import { firstSignal } from "../../shared/first-signal.ts";
import { collectGarbage } from "../bench/garbage.ts";

test("a time limit comes, also when nobody else holds it and garbage was collected meanwhile", async () => {
  const stop = new AbortController();
  const first = firstSignal([stop.signal, AbortSignal.timeout(50)]);
  await passed(1);
  collectGarbage();
  await passed(100);
  collectGarbage();
  expect(first.aborted).toBe(true);
  expect(first.reason).toMatchObject({ name: "TimeoutError" });
});

test("what is aborted by hand aborts it with the same reason", () => {
  const stop = new AbortController();
  const first = firstSignal([stop.signal, AbortSignal.timeout(60_000)]);
  expect(first.aborted).toBe(false);
  stop.abort("enough");
  expect([first.aborted, first.reason]).toEqual([true, "enough"]);
});
