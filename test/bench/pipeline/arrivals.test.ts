import { expect, test } from "vitest";
import { keyOf, newMark, tally } from "./arrivals.ts";
import { figuresOf } from "./figures.ts";

const at = (milliseconds: number): string => new Date(milliseconds).toISOString();
const [first, second] = [newMark(), newMark()];
const expected = [
  { mark: first, deviceId: "phone" },
  { mark: first, deviceId: "laptop" },
  { mark: second, deviceId: "phone" },
];
const content = JSON.stringify({ notification: { payload: { rawContent: `${first}.....` } } });

test("every pair of notification and device is counted once, at its first arrival, and what came again is a duplicate", () => {
  const counted = tally(expected);
  counted.take({ at: at(1_010), deviceId: "phone", content });
  counted.take({ at: at(1_020), deviceId: "phone", content });
  counted.take({ at: at(1_030), deviceId: "laptop", content });
  expect(counted.isComplete()).toBe(false);
  expect(counted.arrived()).toMatchObject({ duplicates: 1, lost: 1, contentBytes: content.length });
  expect(counted.arrived().at.get(keyOf({ mark: first, deviceId: "phone" }))).toBe(1_010);
});

test("what a device could not decrypt, or what is not the bench's own, is no arrival", () => {
  const counted = tally(expected);
  counted.take({ at: at(1_000), deviceId: "phone", content: null });
  counted.take({ at: at(1_000), deviceId: "phone", content: "hello" });
  expect(counted.arrived()).toMatchObject({ duplicates: 0, lost: 3 });
});

test("rates count from the first request to the last arrival, and a device may have it before the caller is answered", () => {
  const pairs = expected.slice(0, 2);
  const sent = {
    startedAt: 1_000,
    accepted: [{ answeredAt: 1_100, tookMs: 100, promised: pairs }],
    refused: 0,
  };
  const arrivedAt = new Map([
    [keyOf({ mark: first, deviceId: "phone" }), 1_090],
    [keyOf({ mark: first, deviceId: "laptop" }), 1_500],
  ]);
  expect(figuresOf(sent, { at: arrivedAt, duplicates: 0, lost: 0, contentBytes: 1 })).toMatchObject({
    acceptedPerSecond: 10,
    deliveriesPerSecond: 4,
    acceptP50Ms: 100,
    toDeviceP50Ms: -10,
    toDeviceP99Ms: 400,
  });
});
