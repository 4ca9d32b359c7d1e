import type { TypedData } from "../app/core-contract.ts";
import type { TimerFunction } from "../triggers.ts";

/** A timer under way. `stop` prevents further runs; one that runs goes on. */
export type RunningTimer = { readonly stop: () => void };

/**
 * Runs a function by its schedule until stopped. A run never overlaps itself: times that pass meanwhile are left out.
 * Nothing is remembered over a restart, so no run is ever past due; on Azure a missed one is made up for.
 */
export const startTimer = (
  { schedule, runOnStartup }: TimerFunction,
  run: (input: TypedData) => Promise<void>,
): RunningTimer => {
  let last: Date | undefined;
  let stopped = false;
  let waiting: NodeJS.Timeout | undefined;

  const runNow = async (): Promise<void> => {
    const now = new Date();
    await run(timerInput({ last, next: schedule.nextAfter(now), updated: last ?? now }));
    last = now;
    if (!stopped) wait(schedule.nextAfter(new Date()));
  };
  const wait = (due: Date): void => {
    // A timer may fire a little early, and none may be longer than 2^31 ms: look at the clock again before running.
    const remaining = due.getTime() - Date.now();
    waiting = setTimeout(
      () => (Date.now() < due.getTime() ? wait(due) : void runNow()),
      Math.min(remaining, 3_600_000),
    );
  };

  if (runOnStartup) void runNow();
  else wait(schedule.nextAfter(new Date()));
  return {
    stop: () => {
      stopped = true;
      clearTimeout(waiting);
    },
  };
};

type Status = { readonly last: Date | undefined; readonly next: Date; readonly updated: Date };

/** The timer as the host writes it; the library makes camel case of it. */
const timerInput = ({ last, next, updated }: Status): TypedData => ({
  json: JSON.stringify({
    Schedule: { AdjustForDST: true },
    ScheduleStatus: {
      Last: last?.toISOString() ?? "0001-01-01T00:00:00+00:00",
      Next: next.toISOString(),
      LastUpdated: updated.toISOString(),
    },
    IsPastDue: false,
  }),
});
