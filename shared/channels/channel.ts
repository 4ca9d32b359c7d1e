import { milliseconds } from "../clock.ts";
import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import type { Outcome } from "./outcome.ts";

/**
 * One attempt takes no longer, whatever the vendor does: less than the lock of its message lasts anywhere, so that a service that hangs
 * costs nobody the message.
 */
export const attemptMostMs = 8 * milliseconds.second;

/** One push to make, to this subscription's channel. */
export type Attempt = {
  /**
   * `content` brings the notification (or taps, where the device asked for that or the content does not fit), `tap` says that it was changed
   * or deleted, and never rings; it may be about a tombstone. `fallback` is the alert for an iOS device that did not fetch it in time.
   */
  readonly kind: "content" | "tap" | "fallback";
  readonly notification: Notification;
  readonly subscription: Subscription;
  /** The name of the credential that the app is registered with for this channel. */
  readonly credential: string;
  /** The same was attempted before: a toast whose time to be shown is over is not attempted a second time, but told by a tap. */
  readonly isRepeat: boolean;
};

/** The version of a notification that a device is told: content, and with it the alert, moves by itself, a tap tells of any change. */
export const versionTold = (
  kind: Attempt["kind"],
  { contentVersion, version }: Pick<Notification, "contentVersion" | "version">,
): number => (kind === "tap" ? version : contentVersion);

/** Where an attempt goes, and in whose name: what is learnt from one attempt holds for others on the same route. */
export type Route = {
  /** The push service as a URL's origin. */
  readonly origin: string;
  /** The credential it is sent with, by its name; never the credential itself. */
  readonly credential: string;
};

/** One push as it is composed, to the byte: all that the vendor is told but for the device's address and our credential. */
export type Composed = {
  /** What it is on the device: drawn by the system, content for the app, or only the word that there is something to fetch. */
  readonly form: "visual" | "raw" | "tap";
  /** Why content goes as a tap, where it does: the subscription asks for it, it is too large, or the time to show it is over. */
  readonly tapBecause?: "asked" | "too-large" | "display-ended";
  /** What the vendor reads beside the body, by the vendor's own names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Before encryption, where there is one. */
  readonly body: string;
  /** What counts against the platform's limit, and that limit. */
  readonly bytes: number;
  readonly bytesMax: number;
};

/** What every channel offers the delivery engine. */
export type ChannelSender = {
  /** The route of an attempt at a subscription that has a channel of this kind; asks nobody. */
  readonly routeOf: (attempt: Pick<Attempt, "subscription" | "credential">) => Route;
  /** What `send` would send; asks nobody. Undefined where the subscription has no channel of this kind. */
  readonly compose: (attempt: Attempt) => Composed | undefined;
  /** Sends once, within `attemptMostMs`. Never throws for what the vendor or the network does: that is an outcome. */
  readonly send: (attempt: Attempt) => Promise<Outcome>;
  /** Ends idle connections. */
  readonly close: () => Promise<void>;
};
