import type { Outcome } from "../channels/outcome.ts";

/** Exponential backoff with full jitter: before attempt n+1, a random part of min(cap, base × 2^(n-1)). */
export type RetryPolicy = { readonly baseSeconds: number; readonly capSeconds: number };

export type Decision =
  /** Nothing is left to do. */
  | { readonly kind: "finish" }
  /** The channel is dead: drop it. */
  | { readonly kind: "forget" }
  /** Try again, not before `at` (epoch milliseconds). */
  | { readonly kind: "retry"; readonly at: number }
  /** The notification ends before another try may be made. */
  | { readonly kind: "give-up" };

type Case = {
  readonly outcome: Outcome;
  /** Attempts made so far, this one included; at least 1. */
  readonly attempts: number;
  /** Epoch milliseconds at which the notification ends. Retries have no count, only this (contract 5). */
  readonly expiresAt: number;
  readonly now: number;
  readonly policy: RetryPolicy;
  /** A number in [0, 1): the jitter's chance. */
  readonly chance: number;
};

/** What follows from one attempt's outcome. */
export const decide = ({ outcome, attempts, expiresAt, now, policy, chance }: Case): Decision => {
  switch (outcome.kind) {
    case "delivered":
    case "rejected":
      return { kind: "finish" };
    case "gone":
      return { kind: "forget" };
    case "busy":
    case "misconfigured": {
      const ceiling = Math.min(policy.capSeconds, policy.baseSeconds * 2 ** (attempts - 1));
      const asked = outcome.kind === "busy" ? (outcome.retryAfterSeconds ?? 0) : 0;
      const at = now + Math.ceil(Math.max(chance * ceiling, asked) * 1_000);
      return at < expiresAt ? { kind: "retry", at } : { kind: "give-up" };
    }
  }
};
