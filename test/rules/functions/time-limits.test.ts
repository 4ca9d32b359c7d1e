import { expect, test } from "vitest";
import { beginWithinMs } from "../../../functions/delivering/later.ts";
import { settingsSchema } from "../../../functions/settings.ts";
import host from "../../../host.json" with { type: "json" };
import { millisecondsOf } from "../../../infra/local/functions-host/time-span.ts";
import { localQueues } from "../../../infra/local/queues.ts";
import { parseQueues } from "../../../infra/local/service-bus/queue-settings.ts";
import declared from "../../../infra/queues.json" with { type: "json" };
import { attemptMostMs } from "../../../shared/channels/channel.ts";

test("the app takes as many messages to be in hand as host.json says, and what a deployment overrides that with", () => {
  const { AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: inHand } = settingsSchema.shape;
  expect(inHand.parse(undefined)).toBe(host.extensions.serviceBus.maxConcurrentCalls);
  expect(inHand.parse("8")).toBe(8);
});

test.each([
  ["on Azure", () => parseQueues(declared, "infra/queues.json"), 60_000],
  ["on a laptop", () => localQueues(undefined), 10_000],
])("an attempt is over before the lock of its message is, %s", async (_, queues, expectedMs) => {
  const locks = (await queues()).map(({ lockMs }) => lockMs);
  expect(locks).toEqual([expectedMs]);
  expect(attemptMostMs).toBeLessThan(expectedMs);
});

test("a run that begins its last push at the last moment ends while the host still renews its lock and lets it run", () => {
  const lastsMs = beginWithinMs + attemptMostMs;
  const { maxAutoLockRenewalDuration } = host.extensions.serviceBus;
  for (const limit of [maxAutoLockRenewalDuration, host.functionTimeout]) {
    expect(millisecondsOf(limit)).toBeGreaterThan(2 * lastsMs);
  }
});
