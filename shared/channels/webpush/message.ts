import { hashOf } from "../../hash.ts";
import { printInstant } from "../../notification/instant.ts";
import type { Notification } from "../../notification/notification.ts";
import type { Subscription } from "../../subscription/subscription.ts";

/** RFC 8188 adds 103 bytes (header, tag, delimiter) to the plaintext; push services take bodies of 4,096 (RFC 8030, 7.2). */
const plaintextBytesMax = 3_993;
/** Firefox on Android is reached through FCM, whose own limit leaves about this much. */
const plaintextBytesMaxMozilla = 2_600;
/** Push services refuse longer lives; RFC 8030 lets them shorten. 28 days. */
const ttlMaxSeconds = 2_419_200;

/** What to send, before encryption: the text of the message and the headers of RFC 8030. */
export type WebPushMessage = {
  readonly text: string;
  readonly ttlSeconds: number;
  readonly urgency: "high" | "normal" | "low";
  /** Replaces an undelivered message of the same topic (RFC 8030, 5.4). */
  readonly topic: string;
};

/**
 * The raw content as an encrypted message in the original's envelope (contract 5): `afsChange` with the content where it fits
 * and the device wants it, else the tap `afsChangeNotification`, which sends the client to its feed.
 */
export const webPushMessage = (notification: Notification, subscription: Subscription, now: number): WebPushMessage => {
  const withContent =
    subscription.notificationType === "NotificationWithPayload" ? contentText(notification) : undefined;
  const fits = withContent !== undefined && Buffer.byteLength(withContent) <= bytesMaxFor(subscription);
  return { ...framing(notification, now), text: fits ? withContent : tapText(notification) };
};

/** The same notification as a tap: for a push service that found the content too large after all. */
export const webPushTap = (notification: Notification, now: number): WebPushMessage => ({
  ...framing(notification, now),
  text: tapText(notification),
});

const framing = (notification: Notification, now: number): Omit<WebPushMessage, "text"> => ({
  ttlSeconds: Math.min(ttlMaxSeconds, Math.max(1, Math.floor((notification.expiresAt - now) / 1_000))),
  urgency: urgencies[notification.priority],
  topic: hashOf("topic", notification.targetHostName, notification.appNotificationId).slice(0, 32),
});

const urgencies = { High: "high", None: "normal", Low: "low" } as const;

/** Marks a state of the feed: its epoch and version. A client whose mark is `baseETag` may apply the content as it is. */
const etags = ({ epoch, contentVersion }: Notification): { newETag: string; baseETag: string } => ({
  newETag: `${epoch}.${contentVersion}`,
  baseETag: `${epoch}.${contentVersion - 1}`,
});

const tapText = (notification: Notification): string =>
  JSON.stringify({ changeType: "afsChangeNotification", ...etags(notification) });

const contentText = (notification: Notification): string => {
  const { id, appNotificationId, targetHostName, groupName, priority, createdAt, expiresAt, payload } = notification;
  return JSON.stringify({
    changeType: "afsChange",
    ...etags(notification),
    notification: {
      id,
      targetHostName,
      appNotificationId,
      groupName,
      priority,
      creationDateTime: printInstant(createdAt),
      expirationDateTime: printInstant(expiresAt),
      payload: { rawContent: payload.rawContent },
    },
  });
};

const bytesMaxFor = ({ channel }: Subscription): number => {
  const host = channel?.kind === "webpush" ? new URL(channel.endpoint).hostname : "";
  return host.endsWith(".push.services.mozilla.com") ? plaintextBytesMaxMozilla : plaintextBytesMax;
};
