import { once } from "node:events";
import { expect, test } from "vitest";
import { patience } from "../../../infra/ops/patience.ts";

const long = 3_600_000;
const ended = (signal: AbortSignal): Promise<unknown> => (signal.aborted ? Promise.resolve() : once(signal, "abort"));

test("a call ends when its time is over, and no other does with it", async () => {
  const next = patience(new AbortController().signal, { callMs: 1, afterStopMs: long });
  await ended(next());
  expect(next().aborted).toBe(false);
});

test("from Ctrl-C on calls under way end soon, and those that begin have their moment", async () => {
  const stop = new AbortController();
  const next = patience(stop.signal, { callMs: long, afterStopMs: 20 });
  const underWay = next();
  expect(underWay.aborted).toBe(false);
  stop.abort();
  expect(underWay.aborted).toBe(false);
  await ended(underWay);
  const begun = next();
  expect(begun.aborted).toBe(false);
  await ended(begun);
});
