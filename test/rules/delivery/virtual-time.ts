import type { Clock } from "../../../shared/clock.ts";

type Sleeper = { readonly at: number; readonly number: number; readonly wake: () => void };

/** A clock, and waiting by it: time passes when `runUntil` lets it, from one sleeper to the next, and as soon as nothing else is to be done. */
export const virtualTime = (start: number) => {
  let now = start;
  let slept = 0;
  const sleepers: Sleeper[] = [];
  const clock: Clock = { now: () => now };
  const wait = (ms: number): Promise<void> =>
    new Promise((wake) => {
      slept += 1;
      const sleeper = { at: now + ms, number: slept, wake };
      const after = sleepers.findIndex(({ at }) => at > sleeper.at);
      sleepers.splice(after === -1 ? sleepers.length : after, 0, sleeper);
    });
  /** Everything that promises lead to has happened. */
  const settled = (): Promise<void> => new Promise((done) => void setImmediate(done));

  const runUntil = async (end: number): Promise<void> => {
    await settled();
    for (let next = sleepers[0]; next && next.at <= end; next = sleepers[0]) {
      now = Math.max(now, next.at);
      while (sleepers[0] && sleepers[0].at <= now) sleepers.shift()?.wake();
      await settled();
    }
    now = Math.max(now, end);
  };
  return { clock, wait, runUntil, isIdle: (): boolean => sleepers.length === 0 };
};
