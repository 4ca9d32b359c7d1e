import type { Journal } from "./queue-state.ts";

/**
 * Remembers message ids for as long as the window is, so that a repeated one can be dropped. The first arrival counts:
 * a repetition does not renew the memory. Without a window (undefined) nothing is a duplicate and nothing is kept.
 */
export const duplicates = (
  windowMs: number | undefined,
  journal: Pick<Journal, "remember" | "forget">,
  seen: Iterable<readonly [messageId: string, at: number]>,
) => {
  /** In order of arrival, which is the order of forgetting. */
  const history = new Map<string, number>(seen);

  const forgetOld = (now: number): void => {
    for (const [messageId, at] of history) {
      if (windowMs !== undefined && at + windowMs > now) return;
      history.delete(messageId);
      journal.forget(messageId, at);
    }
  };

  /** True when the id was seen within the window; else remembers it from now on. */
  const isRepeated = (messageId: string, now: number): boolean => {
    forgetOld(now);
    if (windowMs === undefined) return false;
    if (history.has(messageId)) return true;
    history.set(messageId, now);
    journal.remember(messageId, now);
    return false;
  };

  return { isRepeated };
};
