import { setTimeout as pause } from "node:timers/promises";

export type Schedule = { readonly perSecond: number; readonly seconds: number; readonly stop: AbortSignal };

/**
 * Begins requests at even distances, whatever became of those before, and tells each when it was due, a time of `performance.now()`: who
 * counts from then on sees what callers see that do not wait for each other. Resolves when all have ended; a request may not reject.
 */
export const openLoop = async (
  { perSecond, seconds, stop }: Schedule,
  request: (index: number, dueAt: number) => Promise<void>,
): Promise<void> => {
  const count = Math.max(1, Math.round(perSecond * seconds));
  const startedAt = performance.now();
  const underway: Promise<void>[] = [];
  while (underway.length < count) {
    stop.throwIfAborted();
    const index = underway.length;
    const dueAt = startedAt + (index * 1_000) / perSecond;
    const early = dueAt - performance.now();
    if (early > 0) await pause(early);
    else underway.push(request(index, dueAt));
  }
  await Promise.all(underway);
};
