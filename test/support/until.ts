import { setTimeout as pause } from "node:timers/promises";

type Deadline = {
  /** Milliseconds; 10,000 by default. */
  readonly within?: number;
  /** What is waited for, as the failure shall say it: `not within 10000 ms: <what>`. */
  readonly what: string;
};

type Settled<T> = Exclude<T, undefined | null | false | 0 | "">;

/**
 * Asks again and again until the condition gives something truthy, and resolves to that.
 * Rejects when the time is over, with the condition's last error as `cause` if it threw: a condition may throw "not yet".
 */
export const until = async <T>(
  condition: () => T | Promise<T>,
  { within = 10_000, what }: Deadline,
): Promise<Settled<T>> => {
  const deadline = performance.now() + within;
  for (let interval = 5; ; interval = Math.min(interval * 1.5, 100)) {
    const { value, cause } = await attempt(condition);
    if (value) return value as Settled<T>;
    if (performance.now() >= deadline) throw new Error(`not within ${within} ms: ${what}`, { cause });
    await pause(interval);
  }
};

const attempt = async <T>(condition: () => T | Promise<T>): Promise<{ value?: T; cause?: unknown }> => {
  try {
    return { value: await condition() };
  } catch (cause) {
    return { cause };
  }
};
