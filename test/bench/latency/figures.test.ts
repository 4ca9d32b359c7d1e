import { expect, test } from "vitest";
import { keyOf } from "../pipeline/arrivals.ts";
import { figuresOf } from "./figures.ts";

const promised = [
  { mark: "first", deviceId: "phone" },
  { mark: "first", deviceId: "laptop" },
] as const;
const sent = {
  perSecond: 10,
  accepted: [{ dueAt: 1_000, begunAt: 1_030, answeredAt: 1_050, promised }],
  refused: 0,
};

test("a request that was begun late counts from when it was due, for its answer and for each device", () => {
  const at = new Map([
    [keyOf(promised[0]), 1_045],
    [keyOf(promised[1]), 1_090],
  ]);
  expect(figuresOf(sent, { at, lost: 0, duplicates: 0, contentBytes: 1 })).toMatchObject({
    post: { p50: 50, most: 50 },
    toDevice: { p50: -5, most: 40 },
    throughout: { p50: 45, most: 90 },
    begun: { most: 30 },
  });
});

test("a device that was never reached is lost, and has no time that would look good", () => {
  const at = new Map([[keyOf(promised[1]), 1_090]]);
  expect(figuresOf(sent, { at, lost: 1, duplicates: 0, contentBytes: 1 })).toMatchObject({
    toDevice: { p50: 40, most: 40 },
    lost: 1,
  });
});
