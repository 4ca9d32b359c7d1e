import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import type { Outcome } from "./outcome.ts";

/** One attempt to make: this notification to this subscription's channel. */
export type Attempt = { readonly notification: Notification; readonly subscription: Subscription };

/** What every channel offers the delivery engine. */
export type ChannelSender = {
  /** Sends once, within its own time limit. Never throws for what the vendor or the network does: that is an outcome. */
  readonly send: (attempt: Attempt) => Promise<Outcome>;
  /** Ends idle connections. */
  readonly close: () => Promise<void>;
};
