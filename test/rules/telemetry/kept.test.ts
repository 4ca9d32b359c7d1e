import { expect, test } from "vitest";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { eventKeeper } from "../../../shared/telemetry/kept.ts";

const request = { event: "request", operation: "GET /x", requestId: "r", durationMs: 1 } as const;
const attempt = {
  event: "attempt",
  notificationId: "n",
  hop: 0,
  kind: "content",
  channel: "fcm",
  durationMs: 1,
} as const;
const delivery = {
  event: "delivery",
  kind: "content",
  notificationId: "n",
  hop: 0,
  subscriptions: 1,
  reached: 1,
  outcomes: {},
  reasons: [],
  sinceAcceptedMs: 1,
} as const;
const lapsed = { event: "lapsed", kind: "content", notificationId: "n", hop: 0, sinceAcceptedMs: 1 } as const;
const failure: FanfareEvent = { ...request, status: 500 };

test.each<[string, FanfareEvent, boolean]>([
  ["a request that went well", { ...request, status: 200 }, false],
  ["one that was refused for what it is", { ...request, status: 401 }, false],
  ["one throttled for what its user did", { ...request, status: 406, throttled: "user-writes" }, false],
  ["one throttled for our backlog", { ...request, status: 406, throttled: "backlog" }, true],
  ["one that met a store that is away", { ...request, status: 406, throttled: "away" }, true],
  ["a bug", failure, true],
  ["a delivery", { ...attempt, outcome: "delivered" }, false],
  ["a device that is busy, and tried again", { ...attempt, outcome: "busy", reason: "503" }, false],
  ["a device that is gone", { ...attempt, outcome: "gone" }, false],
  ["a push that will not do", { ...attempt, outcome: "rejected", reason: "400" }, true],
  ["a credential that is refused", { ...attempt, outcome: "misconfigured", reason: "401" }, true],
  ["a run", delivery, false],
  ["a run that misses somebody", { ...delivery, missed: { fcm: 1 } }, true],
  ["a run that came too late for somebody", { ...lapsed, missed: { unknown: 1 } }, true],
  ["a run that came to nothing, and nobody missed it", lapsed, false],
  ["an alarm", { event: "credential-refused", credential: "c", origin: "o", reason: "401" }, true],
  ["a look at the dead letters", { event: "dead-letters", unavailable: "Service Bus", durationMs: 1 }, true],
])("of a trace that is not kept, %s is told: %#", (_, event, isTold) => {
  expect(eventKeeper()(event, false, 0)).toBe(isTold);
  expect(eventKeeper()(event, true, 0)).toBe(true);
});

test("an outage tells a hundred failures a minute; alarms, and what is of a kept trace, are told all the same", () => {
  const keeps = eventKeeper();
  const told = (now: number) => Array.from({ length: 250 }, () => keeps(failure, false, now)).filter(Boolean).length;
  expect(told(59_000)).toBe(100);
  expect(keeps(failure, true, 59_500)).toBe(true);
  expect(keeps({ event: "origin-up", origin: "o", downMs: 1 }, false, 59_500)).toBe(true);
  expect(told(60_000)).toBe(100);
});
