import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { parseSchedule, type Schedule } from "../../../infra/local/functions-host/timers/schedule.ts";
import { startTimer } from "../../../infra/local/functions-host/timers/timer.ts";
import { until } from "../../support/until.ts";
import { fixtureApp } from "./host-under-test.ts";

const scheduleOf = (text: string): Schedule => {
  const schedule = parseSchedule(text);
  if ("fault" in schedule) throw new Error(schedule.fault);
  return schedule;
};

test.each([
  ["0 */5 * * * *", "2026-01-31T10:01:00.000Z", "2026-01-31T10:05:00.000Z"],
  ["*/10 * * * * *", "2026-01-31T10:00:10.500Z", "2026-01-31T10:00:20.000Z"],
  ["0 30 9 * * MON", "2026-01-31T10:00:00.000Z", "2026-02-02T09:30:00.000Z"],
  ["*/5 * * * *", "2026-01-31T10:01:00.000Z", "2026-01-31T10:05:00.000Z"],
  ["0 0 0 13 * 5", "2026-01-01T00:00:00.000Z", "2026-02-13T00:00:00.000Z"], // both must hold: a Friday the 13th
  ["01:30:00", "2026-01-31T10:00:00.000Z", "2026-01-31T11:30:00.000Z"],
])("%s after %s comes at %s, in UTC", (text, after, next) => {
  expect(scheduleOf(text).nextAfter(new Date(after)).toISOString()).toBe(next);
});

test.each([
  "",
  "* * * *",
  "0 0 12 L * *",
  "0 0 12 ? * *",
  "0 0 12 * * MON#1",
  "0 0 0 1 1 * 2030",
  "00:00:00",
  "24:00:00",
  "0 0 0 30 2 *",
  "61 * * * * *",
])('the schedule "%s" is refused, as Azure would or because it never comes', (text) => {
  expect(parseSchedule(text)).toEqual({ fault: expect.stringContaining(`"${text}"`) as string });
});

describe("with the clock in hand", () => {
  beforeEach(() => vi.useFakeTimers({ now: new Date("2026-01-31T10:00:00.500Z") }));
  afterEach(() => vi.useRealTimers());

  const timerOf = (schedule: string, runOnStartup: boolean): Parameters<typeof startTimer>[0] => ({
    kind: "timer",
    name: "t",
    trigger: "t",
    registration: { metadata: { name: "t", bindings: {} }, callback: () => undefined },
    schedule: scheduleOf(schedule),
    runOnStartup,
  });

  test("it runs when due, not before, and not once stopped", async () => {
    const run = vi.fn(() => Promise.resolve());
    const timer = startTimer(timerOf("*/2 * * * * *", false), run);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(run).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(200);
    expect(run).toHaveBeenCalledTimes(1);
    timer.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test("a run that takes longer than its schedule does not overlap itself, and the times it missed are left out", async () => {
    let finish = (): void => undefined;
    const run = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
    const timer = startTimer(timerOf("* * * * * *", true), run);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run).toHaveBeenCalledTimes(1);
    finish();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(2);
    timer.stop();
  });

  test("a schedule further off than the longest timer of JavaScript still comes", async () => {
    const run = vi.fn(() => Promise.resolve());
    const timer = startTimer(timerOf("0 0 0 1 4 *", false), run);
    await vi.advanceTimersByTimeAsync(Date.parse("2026-04-01T00:00:00Z") - Date.now() - 1);
    expect(run).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    timer.stop();
  });
});

test("functions get the timer in the library's shape; one that fails is logged and runs again", async () => {
  const app = await fixtureApp("timers");
  const host = await app.start({ EACH_SECOND: "* * * * * *" });
  const told = (word: string): unknown[] =>
    host
      .output()
      .split("\n")
      .flatMap((line) => (line.startsWith(word) ? [JSON.parse(line.slice(word.length)) as unknown] : []));
  await until(() => told("SECOND").length === 2, { what: "two runs" });
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
  expect(told("SECOND")[1]).toEqual({
    schedule: { adjustForDST: true },
    scheduleStatus: { last: time, next: time, lastUpdated: time },
    isPastDue: false,
  });
  expect(told("START")).toHaveLength(1);
  expect(host.output()).toContain("Function at-start failed: Error: a timer that fails");
  expect((await host.stop()).code).toBe(0);
  await app.remove();
});
