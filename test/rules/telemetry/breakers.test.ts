import { expect, test } from "vitest";
import { afterEvent, noneOpen } from "../../../shared/telemetry/breakers.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";

const sizesAfter = (...events: FanfareEvent[]): number[] =>
  Object.values(events.reduce(afterEvent, noneOpen)).map(({ size }) => size);

test("what is held for is counted by kind, once however often it is told, until it is over", () => {
  const down: FanfareEvent = { event: "origin-down", origin: "a.example", reason: "503" };
  const refused: FanfareEvent = { event: "credential-refused", credential: "c", origin: "a.example", reason: "401" };
  const stopped: FanfareEvent = { event: "pruning-stopped", credential: "c", answer: "gone", sharePercent: 20 };
  expect(sizesAfter(down, down, { ...down, origin: "b.example" }, refused, stopped)).toEqual([2, 1, 1]);
  expect(
    sizesAfter(
      down,
      refused,
      stopped,
      { event: "origin-up", origin: "a.example", downMs: 1 },
      { event: "pruning-resumed", credential: "c", answer: "gone", sharePercent: 1 },
    ),
  ).toEqual([0, 1, 0]);
});

test("five hundred are remembered, however many hosts are found that are down", () => {
  const downs = Array.from({ length: 600 }, (_, at): FanfareEvent => ({
    event: "origin-down",
    origin: `${at}`,
    reason: "503",
  }));
  expect(sizesAfter(...downs)).toEqual([500, 0, 0]);
});
