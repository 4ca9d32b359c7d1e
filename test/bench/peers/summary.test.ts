import { expect, test } from "vitest";
import { keyOf } from "../pipeline/arrivals.ts";
import { isWhole, summary, turnOf, type Turn } from "./summary.ts";

const turn = (app: number, others: Readonly<Record<string, number>>, lost = 0): Turn => ({
  perSecond: 100,
  cpuMs: { app, others },
  refused: 0,
  lost,
  duplicates: 0,
});
const peer = "BullMQ + web-push";

test("a side is ahead by the median of its rounds' ratios: of all its processes, and of the application's alone", () => {
  const rounds = [0, 6, 14].map((redis) => ({ ours: turn(1, { tables: 3 }), [peer]: turn(2, { redis }) }));
  const [beside] = summary(3, rounds).beside;
  expect(beside).toEqual({
    peer,
    all: { ratios: [0.5, 2, 4], isAhead: true },
    app: { ratios: [2, 2, 2], isAhead: true },
  });
  expect(summary(3, rounds.slice(0, 2)).beside[0]?.all.isAhead).toBe(false);
});

test("a peer that was skipped is not compared", () => {
  const { sides, beside } = summary(1, [{ ours: turn(1, {}) }]);
  expect(sides.map(({ name }) => name)).toEqual(["ours"]);
  expect(beside).toEqual([]);
});

test("a push that any side lost makes the run a failure", () => {
  const round = { ours: turn(1, {}), [peer]: turn(1, {}) };
  expect(isWhole([summary(1, [round])])).toBe(true);
  expect(isWhole([summary(1, [round, { ...round, [peer]: turn(1, {}, 1) }])])).toBe(false);
});

test("CPU is that between the two readings, shared out among the deliveries that arrived", () => {
  const promised = ["phone", "laptop"].map((deviceId) => ({ mark: "m", deviceId }));
  const at = new Map(promised.map((expected, index) => [keyOf(expected), 1_200 + index * 300]));
  const arrived = { at, duplicates: 0, lost: 0, contentBytes: 1 };
  const sent = { startedAt: 1_000, promised, refused: 0 };
  const before = { app: 5, others: { redis: 1 } };
  expect(turnOf(sent, arrived, before, { app: 5.5, others: { redis: 1.25 } })).toMatchObject({
    perSecond: 4,
    cpuMs: { app: 250, others: { redis: 125 } },
  });
});
