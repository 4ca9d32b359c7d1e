import { madeOnce } from "../../made-once.ts";
import type { Notification } from "../../notification/notification.ts";
import type { Subscription } from "../../subscription/subscription.ts";
import type { Composed } from "../channel.ts";
import { contentEnvelope, tapEnvelope, type Envelope } from "../envelope.ts";
import { livesUntil, secondsUntil, topicOf } from "../terms.ts";

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

/** When it is sent, and what the browser is to be told beside it. */
export type Sending = {
  /** Epoch milliseconds. */
  readonly now: number;
  /** The browser's channel is bound to a key that is being retired: the envelope asks it to subscribe anew, with the current one. */
  readonly isToResubscribe?: boolean;
};

/**
 * The raw content as an encrypted message in the original's envelope (contract 5): `afsChange` with the content where it fits
 * and the device wants it, else the tap `afsChangeNotification`, which sends the client to its feed.
 */
export const webPushMessage = (
  notification: Notification,
  subscription: Subscription,
  sending: Sending,
): WebPushMessage => framed(notification, sending, fitting(notification, subscription, sending).worded);

/** The same notification as a tap: for a push service that found the content too large after all. */
export const webPushTap = (notification: Notification, sending: Sending): WebPushMessage =>
  framed(notification, sending, tapIn(sending)(notification));

/** The same, as every channel tells what it would send. */
export const webPushComposed = (notification: Notification, subscription: Subscription, sending: Sending): Composed => {
  const { worded, ...form } = fitting(notification, subscription, sending);
  const { text, ttlSeconds, urgency, topic } = framed(notification, sending, worded);
  return {
    ...form,
    headers: { ttl: String(ttlSeconds), urgency, topic },
    body: text,
    bytes: worded.bytes,
    bytesMax: bytesMaxFor(subscription),
  };
};

/** Content where it is wished for and fits, else the tap. */
const fitting = (notification: Notification, subscription: Subscription, sending: Sending): Fitting => {
  const tap = (tapBecause: "asked" | "too-large"): Fitting => ({
    form: "tap",
    tapBecause,
    worded: tapIn(sending)(notification),
  });
  if (subscription.notificationType !== "NotificationWithPayload") return tap("asked");
  const content = contentIn(sending)(notification);
  // What fits everywhere needs no look at where it goes.
  const fits = content.bytes <= plaintextBytesMaxMozilla || content.bytes <= bytesMaxFor(subscription);
  return fits ? { form: "raw", worded: content } : tap("too-large");
};

type Fitting = Pick<Composed, "form" | "tapBecause"> & { readonly worded: Worded };

const framed = (notification: Notification, { now }: Sending, { text }: Worded): WebPushMessage => ({
  text,
  ttlSeconds: secondsUntil(livesUntil("raw", notification), now, { least: 1, most: ttlMaxSeconds }),
  urgency: urgencies[notification.priority],
  topic: topicOf(notification).slice(0, 32),
});

const urgencies = { High: "high", None: "normal", Low: "low" } as const;

/** The wish is a member of its own beside the original's, last and only where it holds: whoever does not know it reads the rest. */
const worded = (envelope: Envelope, isToResubscribe: boolean): Worded => {
  const text = JSON.stringify({ ...envelope, ...(isToResubscribe && { resubscribe: true }) });
  return { text, bytes: Buffer.byteLength(text) };
};
type Worded = { readonly text: string; readonly bytes: number };

/** Put into words once for all devices that are told the same. */
const wording = (envelopeOf: (notification: Notification) => Envelope): ((sending: Sending) => Wording) => {
  const plain = madeOnce((notification: Notification) => worded(envelopeOf(notification), false));
  const asking = madeOnce((notification: Notification) => worded(envelopeOf(notification), true));
  return ({ isToResubscribe = false }) => (isToResubscribe ? asking : plain);
};
type Wording = (notification: Notification) => Worded;

const contentIn = wording(contentEnvelope);
const tapIn = wording((notification) => tapEnvelope(notification, "content"));

const bytesMaxFor = ({ channel }: Subscription): number => {
  const host = channel?.kind === "webpush" ? new URL(channel.endpoint).hostname : "";
  return host.endsWith(".push.services.mozilla.com") ? plaintextBytesMaxMozilla : plaintextBytesMax;
};
