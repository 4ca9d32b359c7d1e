import { milliseconds } from "../clock.ts";
import { Problem, type ThrottleReason } from "../problem.ts";

type Wait = { readonly by: ThrottleReason; readonly until: number; readonly now: number };

/** What a caller is told who has to wait until then (epoch milliseconds): whole seconds, rounded up, so that a repeat is never early. */
export const throttled = (sentence: string, { by, until, now }: Wait): Problem =>
  new Problem("busy", sentence, {
    throttledBy: by,
    retryAfterSeconds: Math.max(1, Math.ceil((until - now) / milliseconds.second)),
  });
