import type { Route } from "../channels/channel.ts";
import type { Outcome } from "../channels/outcome.ts";
import type { Emit } from "../telemetry/events.ts";

/** Not attempted: the origin is down or has all it can take, or the credential is refused. No attempt is spent. */
export type Held = {
  readonly kind: "held";
  readonly reason: string;
  /** Epoch milliseconds before which it is pointless to come again. */
  readonly until: number;
};

/** What the governor needs to know of the delivery beside its route. */
type Patience = {
  /**
   * Whose device it is, by any name of that user. A user's devices alone are no evidence against what serves others: an endpoint is their own
   * writing, and may be a place where a push service refuses everybody.
   */
  readonly whose: string;
  /**
   * Epoch milliseconds at which the notification ends. What would be held until after it is held until ten seconds before it instead,
   * and then let through, for it has no later chance.
   */
  readonly expiresAt: number;
  readonly emit: Emit;
};

/**
 * Stands between the delivery engine and the push services: how many requests each origin is given at once, whether it is asked at
 * all, and whether its "gone" is believed. It knows what its own instance has seen and nothing of the others: each finds out by
 * itself that an origin is down, and the limits of several add up.
 */
export type Governor = {
  /**
   * Makes the attempt when its route allows it, and learns from its outcome; else `held`, within half a second. When too many others on
   * the same credential were answered likewise at the same time, a `gone` comes back as `busy`, and a `rejected` that doubts the
   * credential as `misconfigured`: neither is believed, and nothing is to be forgotten or given up. Rejects only as `attempt` does.
   */
  readonly send: (route: Route, attempt: () => Promise<Outcome>, patience: Patience) => Promise<Outcome | Held>;
};
