import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { milliseconds } from "../clock.ts";
import type { Outcome } from "./outcome.ts";

/**
 * One attempt takes no longer, whatever the vendor does: less than the lock of its message lasts anywhere, so that a service that hangs
 * costs nobody the message.
 */
export const attemptMostMs = 8 * milliseconds.second;

/**
 * One attempt to make, to this subscription's channel: `content` brings the notification (or taps, where the device asked for that
 * or the content does not fit), `tap` says that it was changed or deleted, and never rings. A tap may be about a tombstone.
 */
export type Attempt = {
  readonly kind: "content" | "tap";
  readonly notification: Notification;
  readonly subscription: Subscription;
};

/** Where an attempt goes, and in whose name: what is learnt from one attempt holds for others on the same route. */
export type Route = {
  /** The push service as a URL's origin. */
  readonly origin: string;
  /** The credential it is sent with, by its name; never the credential itself. */
  readonly credential: string;
};

/** What every channel offers the delivery engine. */
export type ChannelSender = {
  /** The route to a subscription that has a channel of this kind; asks nobody. */
  readonly routeOf: (subscription: Subscription) => Route;
  /** Sends once, within `attemptMostMs`. Never throws for what the vendor or the network does: that is an outcome. */
  readonly send: (attempt: Attempt) => Promise<Outcome>;
  /** Ends idle connections. */
  readonly close: () => Promise<void>;
};
