import { liesElsewhere, type Outcome } from "../channels/outcome.ts";
import { milliseconds } from "../clock.ts";
import type { Breaker, Pass } from "./breaker.ts";

/** What one answer changed for all on its route. */
export type Change =
  | { readonly kind: "origin-down" | "credential-refused" }
  /** After how many milliseconds. */
  | { readonly kind: "origin-up" | "credential-accepted"; readonly afterMs: number };

type Answer = { readonly outcome: Outcome; readonly now: number; readonly wishMostMs: number };

/**
 * Whoever was asked to wait keeps to it, however long; for the others the origin is tried again after `wishMostMs` at the latest. Else one
 * answer with a wrong date in it would have everything given up.
 */
export const learnOfOrigin = (down: Breaker, pass: Pass, { outcome, now, wishMostMs }: Answer): Change[] => {
  if (outcome.kind === "rejected" || liesElsewhere(outcome)) down.leave(pass);
  else if (outcome.kind === "busy") {
    const notBefore = now + Math.min(wishMostMs, (outcome.retryAfterSeconds ?? 0) * milliseconds.second);
    const isCounted = outcome.origin !== "throttled";
    return down.fail(pass, { now, notBefore, isCounted }) ? [{ kind: "origin-down" }] : [];
  } else {
    const afterMs = down.succeed(pass, now);
    if (afterMs !== undefined) return [{ kind: "origin-up", afterMs }];
  }
  return [];
};

export const learnOfCredential = (refused: Breaker, pass: Pass, outcome: Outcome, now: number): Change[] => {
  if (outcome.kind === "misconfigured")
    return refused.fail(pass, { now, notBefore: now, isCounted: true }) ? [{ kind: "credential-refused" }] : [];
  if (outcome.kind !== "delivered" && outcome.kind !== "gone") {
    refused.leave(pass);
    return [];
  }
  const afterMs = refused.succeed(pass, now);
  return afterMs === undefined ? [] : [{ kind: "credential-accepted", afterMs }];
};
