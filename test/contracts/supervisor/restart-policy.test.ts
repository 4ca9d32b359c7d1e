import { expect, test } from "vitest";
import { decideRestart, noDeaths, type Death } from "../../../infra/local/supervisor/restart-policy.ts";

const crash: Death = { code: 1, signal: null, wasReady: false, ranMs: 500 };
const killed: Death = { code: null, signal: "SIGKILL", wasReady: true, ranMs: 500 };

/** What is decided at the last of these deaths, and after how many milliseconds each restart before it came. */
const after = (...deaths: Death[]) => {
  let history = noDeaths;
  const delays: number[] = [];
  for (const death of deaths) {
    const decision = decideRestart(history, death);
    if (decision.kind === "give-up") return { kind: decision.kind, delays };
    history = decision.history;
    delays.push(decision.afterMs);
  }
  return { kind: "restart", delays };
};

test.each([
  { what: "exits with an error while starting", death: crash, counts: true },
  { what: "exits with an error soon after it was ready", death: { ...crash, wasReady: true }, counts: true },
  { what: "exits with an error within the minute", death: { ...crash, wasReady: true, ranMs: 59_999 }, counts: true },
  { what: "exits with an error after a minute", death: { ...crash, wasReady: true, ranMs: 60_000 }, counts: false },
  { what: "breaks memory", death: { ...killed, signal: "SIGSEGV" as const }, counts: true },
  { what: "ends in order before it was ready", death: { ...crash, code: 0 }, counts: true },
  { what: "is asked to end from outside", death: { ...crash, code: 0, wasReady: true }, counts: false },
  { what: "is killed from outside", death: killed, counts: false },
  { what: "is killed from outside while starting", death: { ...killed, wasReady: false }, counts: false },
])("a part that $what three times: given up is $counts", ({ death, counts }) => {
  expect(after(death, death, death).kind).toBe(counts ? "give-up" : "restart");
});

test("a part that says it cannot start is given up at once", () => {
  expect(after({ ...crash, code: 64 })).toEqual({ kind: "give-up", delays: [] });
});

test("restarts come later and later, but never later than 5 s", () => {
  expect(after(crash, crash).delays).toEqual([100, 200]);
  expect(after(...Array<Death>(9).fill(killed)).delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
});

test("a run of a minute clears the past: crashes count only in a row", () => {
  const late = { ...crash, wasReady: true, ranMs: 60_000 };
  expect(after(crash, crash, late, crash, crash)).toEqual({ kind: "restart", delays: [100, 200, 100, 200, 400] });
});

test("being killed between two crashes does not clear them", () => {
  expect(after(crash, killed, crash, crash).kind).toBe("give-up");
});
