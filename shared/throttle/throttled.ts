import { milliseconds } from "../clock.ts";
import { Problem } from "../problem.ts";

/** What a caller is told who has to wait until then (epoch milliseconds): whole seconds, rounded up, so that a repeat is never early. */
export const throttled = (sentence: string, until: number, now: number): Problem =>
  new Problem("busy", sentence, { retryAfterSeconds: Math.max(1, Math.ceil((until - now) / milliseconds.second)) });
