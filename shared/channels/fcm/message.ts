import type { Notification, VisualContent } from "../../notification/notification.ts";
import type { Channel } from "../../subscription/subscription.ts";
import type { Attempt, Composed } from "../channel.ts";
import { contentEnvelope, tapEnvelope, visualData, type Envelope } from "../envelope.ts";
import { formOf, livesUntil, priorityOf, secondsUntil, topicOf } from "../terms.ts";
import type { FcmMessage } from "./fcm-message.ts";
import { payloadBytes, payloadBytesMax } from "./payload-bytes.ts";

type FcmChannel = Extract<Channel, { readonly kind: "fcm" }>;

/** One push to Android, and what it is on the device. */
type FcmPush = Pick<Composed, "form" | "tapBecause"> & { readonly message: FcmMessage };

/** An attempt that Android knows: the fallback is iOS's. */
export type FcmAttempt = Omit<Attempt, "kind" | "credential"> & { readonly kind: "content" | "tap" };

/** FCM keeps nothing longer: four weeks. */
const ttlMaxSeconds = 2_419_200;

/**
 * What an attempt sends (contract 5): what has visual content as a notification message with the tap's data beside it; raw content as a
 * data message with the whole envelope to a device that asked for content, else the tap; changes of state as a tap. What would be too large,
 * and a repeat of what need not be shown any more, goes as a tap. `now`: epoch milliseconds.
 */
export const fcmPush = (attempt: FcmAttempt, channel: FcmChannel, now: number): FcmPush => {
  const { notification } = attempt;
  const tap = fcmTap(attempt, channel, now);
  const form = formOf(attempt, now);
  if (form.kind === "tap") return { ...tap, ...(form.because && { tapBecause: form.because }) };
  const message =
    form.kind === "visual"
      ? visualMessage(notification, form.visual, { channel, now })
      : { android: androidOf(attempt, channel, now), data: stringsOf(contentEnvelope(notification)) };
  return fits(message) ? { form: form.kind, message } : { ...tap, tapBecause: "too-large" };
};

/** The same attempt as a tap: for a service that found the content too large after all. */
export const fcmTap = (attempt: FcmAttempt, channel: FcmChannel, now: number): FcmPush => ({
  form: "tap",
  message: {
    android: androidOf(attempt, channel, now),
    data: stringsOf(tapEnvelope(attempt.notification, attempt.kind)),
  },
});

/** The same, as every channel tells what it would send. */
export const fcmComposed = ({ message, ...push }: FcmPush): Composed => ({
  ...push,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ message }),
  bytes: payloadBytes(message),
  bytesMax: payloadBytesMax,
});

const fits = (message: FcmMessage): boolean => payloadBytes(message) <= payloadBytesMax;

const visualMessage = (
  notification: Notification,
  { title, body, imageUrl, actionUrl, sound = "default", badge = 0 }: VisualContent,
  { channel, now }: { readonly channel: FcmChannel; readonly now: number },
): FcmMessage => {
  const { groupName } = notification;
  const { notificationId, ...marks } = visualData(notification);
  return {
    notification: { title, ...(body !== undefined && { body }), ...(imageUrl !== undefined && { image: imageUrl }) },
    android: {
      ...addressOf(notification, channel),
      priority: "HIGH",
      ttl: ttlUntil(livesUntil("visual", notification), now),
      notification: {
        tag: nameOf(notification),
        // Where Android has notification channels (8 and later) the app's channel decides.
        ...(sound !== "none" && { sound }),
        // A launcher counts by itself where it is told nothing, or 0.
        ...(badge > 0 && { notification_count: badge }),
      },
    },
    data: {
      ...stringsOf(marks),
      notificationId,
      ...(groupName !== null && { groupName }),
      ...(actionUrl !== undefined && { actionUrl }),
    },
  };
};

type Android = FcmMessage["android"];

const androidOf = (attempt: FcmAttempt, channel: FcmChannel, now: number): Android => ({
  ...addressOf(attempt.notification, channel),
  priority: urgencyOf(attempt, now),
  ttl: ttlUntil(livesUntil("raw", attempt.notification), now),
});

/**
 * `collapse_key` by contract 5, the same for all that is about one notification. FCM keeps messages of four keys for a device that is
 * offline, and does not say of which: a phone that missed more gets any four, each of which has its app fetch the delta unless it is the
 * content that comes next. https://firebase.google.com/docs/cloud-messaging/customize-messages/collapsible-message-types
 * `restricted_package_name`: a token that was handed to another app's subscription brings nothing there.
 * Never `direct_boot_ok`: before the first unlock an app reads no tokens of its own, so it could fetch nothing; FCM waits for it.
 */
const addressOf = (notification: Notification, { packageName }: FcmChannel) => ({
  collapse_key: nameOf(notification),
  restricted_package_name: packageName,
});

const nameOf = (notification: Notification): string => topicOf(notification).slice(0, 32);

/**
 * Of what the app is run for. A change of state, or what need not be shown any more, is NORMAL: it runs the app at once while the phone is
 * awake, and from Doze on with the next window, so that a toast that was dismissed elsewhere is gone when somebody looks. HIGH would wake
 * the phone for nothing that can be seen, and Google demotes an app's messages for that, those that ring included:
 * https://firebase.google.com/docs/cloud-messaging/android/message-priority
 */
const urgencyOf = (attempt: FcmAttempt, now: number): Android["priority"] =>
  priorityOf(attempt, now) === "High" ? "HIGH" : "NORMAL";

/** 0: now or never. */
const ttlUntil = (end: number, now: number): string => `${secondsUntil(end, now, { least: 0, most: ttlMaxSeconds })}s`;

/** FCM's data are strings: the content is JSON text in one of them. */
const stringsOf = ({ notification, ...marks }: Envelope): Readonly<Record<string, string>> => ({
  ...marks,
  ...(notification && { notification: JSON.stringify(notification) }),
});
