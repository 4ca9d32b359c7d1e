import type { Outcome } from "../channels/outcome.ts";
import type { Held } from "./governor.ts";

/** Exponential backoff with full jitter: before attempt n+1, a random part of min(cap, base × 2^(n-1)). */
export type RetryPolicy = { readonly baseSeconds: number; readonly capSeconds: number };

export type Decision =
  /** Nothing is left to do. */
  | { readonly kind: "finish" }
  /** The channel is dead: drop it. */
  | { readonly kind: "forget" }
  /** Try again, not before `at` (epoch milliseconds), which is later than now and before the notification's end. */
  | { readonly kind: "retry"; readonly at: number }
  /** The notification ends before another try may be made. */
  | { readonly kind: "give-up" };

type Case = {
  readonly outcome: Outcome | Held;
  /** Attempts made so far, this one included if it was made; of one that was held perhaps none. */
  readonly attempts: number;
  /** Epoch milliseconds at which the notification ends. Retries have no count, only this (contract 5). */
  readonly expiresAt: number;
  readonly now: number;
  readonly policy: RetryPolicy;
  /** A number in [0, 1): the jitter's chance. */
  readonly chance: number;
};

/** What follows from one attempt's outcome. */
export const decide = ({ outcome, attempts, ...rest }: Case): Decision => {
  switch (outcome.kind) {
    case "delivered":
    case "rejected":
      return { kind: "finish" };
    case "gone":
      return { kind: "forget" };
    case "busy":
      return retry({ ...rest, doublings: attempts - 1, earliest: rest.now + (outcome.retryAfterSeconds ?? 0) * 1_000 });
    case "misconfigured":
      return retry({ ...rest, doublings: attempts - 1, earliest: rest.now });
    case "held":
      return retry({ ...rest, doublings: 0, earliest: outcome.until });
  }
};

type Retry = Omit<Case, "outcome" | "attempts"> & {
  /** How often the base has doubled. */
  readonly doublings: number;
  /** Epoch milliseconds that are never undercut. */
  readonly earliest: number;
};

/** So near its end there is no time for another try. */
const lastTryMs = 1_000;

/**
 * Full jitter over the backoff; what was asked of us is kept to, and spread over the base, lest all come back at once. The spread, but
 * not what was asked, shrinks to what is left of the notification's life: rather an early try than none.
 */
const retry = ({ expiresAt, now, policy, chance, doublings, earliest }: Retry): Decision => {
  const from = Math.ceil(Math.max(now, earliest));
  if (expiresAt - from < lastTryMs) return { kind: "give-up" };
  const spread = (start: number, seconds: number): number =>
    start + Math.floor(chance * Math.min(seconds * 1_000, expiresAt - start));
  const backoff = (doubled: number): number => Math.min(policy.capSeconds, policy.baseSeconds * 2 ** doubled);
  return { kind: "retry", at: Math.max(now + 1, spread(from, backoff(0)), spread(now, backoff(doublings))) };
};
