import { randomBytes } from "node:crypto";
import type { PlatformType } from "../notification/notification.ts";
import type { VapidKeyId } from "./vapid-key.ts";

/** How much a push to this device tells: the content where it fits, always a tap, or nothing at all (it polls). */
export const notificationTypes = ["NotificationWithPayload", "NotificationOnly", "NoNotification"] as const;
type NotificationType = (typeof notificationTypes)[number];

/** A browser's push subscription, as `PushSubscription.toJSON()` gives it. */
export type WebPushChannel = {
  readonly kind: "webpush";
  readonly endpoint: string;
  /** base64url: the P-256 public key, uncompressed, and the 16-byte authentication secret (RFC 8291, section 3.1). */
  readonly keys: { readonly p256dh: string; readonly auth: string };
};

/** A Windows app's channel at WNS: the URI is the whole of it, and a secret. */
type WnsChannel = { readonly kind: "wns"; readonly uri: string };

/** An Android app's registration at FCM. */
type FcmChannel = { readonly kind: "fcm"; readonly token: string; readonly packageName: string };

/** An iOS app's device token at APNs, in lower-case hexadecimal. */
type ApnsChannel = {
  readonly kind: "apns";
  readonly token: string;
  readonly bundleId: string;
  readonly environment: "production" | "sandbox";
};

export type Channel = WebPushChannel | WnsChannel | FcmChannel | ApnsChannel;

/** What a client app asks for. */
export type SubscriptionDraft = {
  readonly targetHostName: string;
  readonly platformType: PlatformType;
  readonly deviceId: string;
  readonly displayName: string | null;
  readonly notificationType: NotificationType;
  readonly channel: Channel;
  /** Epoch milliseconds at which the push service ends the channel by itself, null if it does not say. */
  readonly channelExpiresAt: number | null;
  /** The key that a browser's client says its channel is bound to, which is one of ours; undefined if it does not say. */
  readonly vapidKeyId?: VapidKeyId | undefined;
  /** When the client had the channel from its system, epoch milliseconds; undefined: just now, which is so for all but imported ones. */
  readonly registeredAt?: number | undefined;
};

/** One app instance on one device of one user. */
export type Subscription = {
  /** Names the device within its feed, and the feed; no secret, safe in a path. */
  readonly id: SubscriptionId;
  readonly deviceId: string;
  readonly displayName: string | null;
  readonly platformType: PlatformType;
  readonly notificationType: NotificationType;
  /** Null once the push service said gone; the UNSID lives on until `expiresAt`. */
  readonly channel: Channel | null;
  /** The channel is there, and null above for it cannot be opened: the id of the key that it is sealed with, of which DATA_KEYS has none or another. */
  readonly closedKeyId?: string | undefined;
  /** Tells one channel from another without naming it: what the ledger remembers was done where, and who rings in the same place. */
  readonly channelTag: string;
  /** The VAPID key that a browser's channel is bound to, no part of its tag; undefined in a row of before it was noted. `boundKeyOf` decides. */
  readonly vapidKeyId?: VapidKeyId | undefined;
  /**
   * When the client last gave the channel, epoch milliseconds: it had just had it from the system, so what a push service says of an
   * earlier time is not about it. Undefined in a row of before it was noted.
   */
  readonly registeredAt?: number | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
};

export type SubscriptionId = string & { readonly __brand: "SubscriptionId" };

/** Reads an id out of a path; undefined for a text that no subscription is named by, and that no table could be asked for. */
export const subscriptionIdFrom = (text: string): SubscriptionId | undefined =>
  /^[\w-]{43}$/.test(text) ? (text as SubscriptionId) : undefined;

/** The opaque name of a subscription that its client hands to its app server (contract 3): a secret, 256 random bits. */
export type Unsid = string & { readonly __brand: "Unsid" };

export const newUnsid = (): Unsid => randomBytes(32).toString("base64url") as Unsid;

/** Whether a text could be one at all: anything else need not be looked up. */
export const isUnsid = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** What a UNSID says: whose it is, for which app, and which device's. */
export type UnsidHolder = {
  readonly subscriptionId: SubscriptionId;
  readonly tenantId: string;
  readonly objectId: string;
  readonly principalName: string;
  readonly hostName: string;
};
