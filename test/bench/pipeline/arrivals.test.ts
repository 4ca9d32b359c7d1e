import { expect, test } from "vitest";
import { keyOf, newMark, tally } from "./arrivals.ts";
import { figuresOf } from "./figures.ts";
import { steadyRate } from "./steady.ts";

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

test("a device may have it before the caller is answered, and times are told from the answer", () => {
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
  const arrived = { at: arrivedAt, duplicates: 0, lost: 0, contentBytes: 1 };
  expect(figuresOf(sent, arrived, { lead: 0, processorTime: new Map() })).toMatchObject({
    acceptedPerSecond: 10,
    acceptP50Ms: 100,
    toDeviceP50Ms: -10,
    toDeviceP99Ms: 400,
  });
});

test("deliveries per second are those of the steady middle: the lead a caller wins at the beginning and what is left at the end do not count", () => {
  // Three at once, then one each 100 ms, and a straggler.
  const arrivedAt = [0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 5_000, 9_000, 9_000];
  expect(steadyRate(arrivedAt, 3)).toBe(10);
  // Without a lead a tenth is left out at each end.
  expect(steadyRate(arrivedAt, 0)).toBeCloseTo(10 / 9);
  expect(steadyRate([1, 2], 1)).toBeNaN();
});
