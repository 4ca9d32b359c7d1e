import { firstSignal } from "../../shared/first-signal.ts";
/** How long an operator waits for one call, in milliseconds: as long as all is well, and once Ctrl-C was pressed. */
type Limits = { readonly callMs?: number; readonly afterStopMs?: number };

/**
 * Ends calls of an operator's command: gives each a signal of its own. A store may look through a large table for five seconds before it answers with
 * one page, and may be throttled before that, so a call has 20,000 milliseconds by default. From Ctrl-C on those under way have 2,000 more,
 * and those that begin, such as the end of an audit, have as many.
 */
export const patience = (
  stop: AbortSignal,
  { callMs = 20_000, afterStopMs = 2_000 }: Limits = {},
): (() => AbortSignal) => {
  const over = new AbortController();
  const overSoon = (): unknown => setTimeout(() => over.abort(), afterStopMs).unref();
  stop.addEventListener("abort", overSoon, { once: true });
  return () =>
    stop.aborted ? AbortSignal.timeout(afterStopMs) : firstSignal([AbortSignal.timeout(callMs), over.signal]);
};
