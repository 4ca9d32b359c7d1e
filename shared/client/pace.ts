import type { Setback } from "./feed-api.ts";

const second = 1_000;

/** Half of it for sure, the rest by chance: clients that failed together do not come back together. */
const spread = (ms: number, chance: number): number => ms * (0.5 + chance / 2);

/**
 * How long, in milliseconds, to let the service be after so many failures in a row, the first being 0. What it asked for itself
 * (406) is waited out to the end, and a little longer by chance.
 */
export const pauseAfter = (setback: Setback, failures: number, chance: number): number =>
  setback.kind === "throttled"
    ? setback.waitMs + spread(second, chance)
    : spread(Math.min(60, 2 ** Math.min(failures, 6)) * second, chance);

/** An empty answer sooner than this was not waited for: the service does not wait, or is going away. */
const waitedMs = 5 * second;

/**
 * How long to pause after a wait that took so long. With waits, no longer than keeps one from asking more than once a second; without
 * them the feed is polled, ever more slowly as long as nothing changes: after 5 seconds at first, 60 at most.
 */
export const pauseAfterWait = (came: {
  readonly isEmpty: boolean;
  readonly tookMs: number;
  /** How many were empty at once since the last change. */
  readonly empties: number;
}): number => {
  const { isEmpty, tookMs, empties } = came;
  if (!isEmpty) return Math.max(0, second - tookMs);
  return tookMs >= waitedMs ? 0 : Math.min(60, 5 * 1.5 ** Math.min(empties, 9)) * second - tookMs;
};
