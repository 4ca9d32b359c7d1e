import { expect, test } from "vitest";
import { CannotStart } from "../../../infra/local/cannot-start.ts";
import { localQueues } from "../../../infra/local/queues.ts";
import { durationMs } from "../../../infra/local/service-bus/duration.ts";
import { parseQueues } from "../../../infra/local/service-bus/queue-settings.ts";

test.each([
  ["PT1M", 60_000],
  ["PT10S", 10_000],
  ["PT0.5S", 500],
  ["P1DT2H3M4S", 93_784_000],
  ["P14D", 1_209_600_000],
  ["PT0S", 0],
  ["P10675199DT2H48M5.4775807S", 922_337_203_685_477],
  ["", undefined],
  ["P", undefined],
  ["PT", undefined],
  ["P1DT", undefined],
  ["P1M", undefined],
  ["1:00:00", undefined],
  ["PT-5S", undefined],
])("the duration %j has %j milliseconds", (text, milliseconds) => {
  expect(durationMs(text)).toBe(milliseconds);
});

test("the declared queue is taken over as it is, but for a shorter lock", async () => {
  const [fanout] = await localQueues("");
  expect(fanout).toMatchObject({
    name: "fanout",
    lockMs: 10_000,
    maxDeliveryCount: 10,
    duplicateWindowMs: 3_600_000,
    deadLettersExpired: false,
    ttlMs: Infinity,
    maxBytes: 1_073_741_824,
  });
});

test("what is not declared has Azure's defaults", () => {
  expect(parseQueues([{ name: "plain" }], "test")).toMatchObject([
    { lockMs: 60_000, maxDeliveryCount: 10, duplicateWindowMs: undefined, deadLettersExpired: false, ttlMs: Infinity },
  ]);
});

test.each([
  { properties: { lockDuration: "PT10M" }, told: "queue bad: lockDuration: must be at most PT5M" },
  { properties: { lockDuration: "10s" }, told: "queue bad: lockDuration: must be an ISO 8601 duration" },
  { properties: { maxDeliveryCount: 0 }, told: "queue bad: maxDeliveryCount" },
  { properties: { maxDeliveryCounts: 3 }, told: 'queue bad: Unrecognized key: "maxDeliveryCounts"' },
  { properties: { enablePartitioning: true }, told: "queue bad: enablePartitioning: must be false" },
  { properties: { requiresSession: true }, told: "queue bad: requiresSession: must be false: sessions are not built" },
  { properties: { forwardTo: "other" }, told: 'queue bad: Unrecognized key: "forwardTo"' },
])("a wrong declaration is told by queue and property: $told", ({ properties, told }) => {
  const declaration = [{ name: "good" }, { name: "bad", properties }];
  expect(() => parseQueues(declaration, "queues.json")).toThrow(CannotStart);
  expect(() => parseQueues(declaration, "queues.json")).toThrow(`queues.json: ${told}`);
});

test.each([[{}], [[]], [[{ name: "" }]], [[{ name: "a" }, { name: "A" }]], ["fanout"]])(
  "%j is no declaration",
  (wrong) => {
    expect(() => parseQueues(wrong, "test")).toThrow(CannotStart);
  },
);
