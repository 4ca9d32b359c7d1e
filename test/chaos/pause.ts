import { setTimeout as wait } from "node:timers/promises";

/** Waits so many milliseconds, or until stopped; never rejects. */
export const pause = async (milliseconds: number, stop?: AbortSignal): Promise<void> => {
  await wait(Math.max(0, milliseconds), undefined, { ...(stop && { signal: stop }) }).catch(() => undefined);
};

/** The moment that is so many milliseconds after the start, both by `Date.now`. Resolves to whether it came before the stop. */
export const reached = async (startedAt: number, atMs: number, stop: AbortSignal): Promise<boolean> => {
  await pause(startedAt + atMs - Date.now(), stop);
  return !stop.aborted;
};
