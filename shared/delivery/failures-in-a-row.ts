import { milliseconds } from "../clock.ts";

/** For so long it counts that somebody was served. */
const servedMs = milliseconds.hour;

/**
 * Counts failures without a success between, by whose devices they were at. One user's alone prove nothing where others are served: channels are
 * strangers' own writing, and may name a path of a push service at which it always fails or refuses. So as many users must fail as failures
 * are needed, or else all of those who were served last: where there is one user, that one is enough.
 */
export const failuresInARow = (most: number) => {
  let count = 0;
  const failing = new Set<string>();
  /** The users served last, and when; at most as many as are needed. */
  const served = new Map<string, number>();
  const forget = (): void => {
    count = 0;
    failing.clear();
  };

  return {
    forget,
    succeed: (whose: string, now: number): void => {
      forget();
      served.delete(whose);
      served.set(whose, now);
      const [longestAgo] = served.keys();
      if (served.size > most && longestAgo !== undefined) served.delete(longestAgo);
    },
    /** True when they are enough. */
    fail: (whose: string, now: number): boolean => {
      count += 1;
      if (failing.size < most) failing.add(whose);
      const isOneServed = [...served].some(([user, at]) => now - at < servedMs && !failing.has(user));
      return count >= most && (failing.size >= most || !isOneServed);
    },
  };
};
