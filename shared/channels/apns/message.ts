import { v5 } from "uuid";
import type { Notification, VisualContent } from "../../notification/notification.ts";
import { versionTold, type Attempt, type Composed } from "../channel.ts";
import { contentEnvelope, tapEnvelope, visualData } from "../envelope.ts";
import { formOf, livesUntil, topicOf } from "../terms.ts";

/** https://developer.apple.com/documentation/usernotifications/generating-a-remote-notification: 4 KB of JSON, in bytes. */
export const payloadBytesMax = 4_096;
/** Of ours alone: no other names are made in it. */
const idNamespace = "c0c9be8e-6ea7-4ad4-9c0e-6d1b6f1c3f0a";

type ForApns = Omit<Attempt, "credential">;

/**
 * The request to APNs but for the device's token and ours (contract 5): an alert for what the system draws, a background push for the app's own
 * content and for taps. What does not fit goes as a tap. Pure: the same attempt at the same `now` (epoch milliseconds) is the same to the byte.
 * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
 */
export const apnsMessage = (attempt: ForApns, now: number): Composed => {
  const form = formOf(attempt, now);
  switch (form.kind) {
    case "visual":
      return fitting(attempt, now, "visual", alertBody(attempt.notification, form.visual));
    case "raw":
      return fitting(attempt, now, "raw", background(contentEnvelope(attempt.notification)));
    case "tap":
      return tapFor(attempt, now, form.because);
  }
};

/** The same as a tap: for Apple finding the content too large after all. */
export const apnsTap = (attempt: ForApns, now: number): Composed => tapFor(attempt, now, "too-large");

const fitting = (attempt: ForApns, now: number, form: Composed["form"], body: string): Composed => {
  const bytes = Buffer.byteLength(body);
  if (bytes > payloadBytesMax) return apnsTap(attempt, now);
  return { form, headers: headersOf(attempt, form, now), body, bytes, bytesMax: payloadBytesMax };
};

const tapFor = (attempt: ForApns, now: number, because?: Composed["tapBecause"]): Composed => {
  const body = background(tapEnvelope(attempt.notification, attempt.kind));
  return {
    form: "tap",
    ...(because && { tapBecause: because }),
    headers: headersOf(attempt, "tap", now),
    body,
    bytes: Buffer.byteLength(body),
    bytesMax: payloadBytesMax,
  };
};

/** `mutable-content` lets the app's own extension fetch the picture before it is shown; where the URLs lead, the app finds beside `aps`. */
const alertBody = (notification: Notification, visual: VisualContent): string => {
  const { title, body, imageUrl, actionUrl, sound = "default", badge } = visual;
  return JSON.stringify({
    aps: {
      alert: { title, ...(body !== undefined && { body }) },
      ...(sound !== "none" && { sound }),
      ...(badge !== undefined && { badge }),
      ...(notification.groupName !== null && { "thread-id": notification.groupName }),
      ...(imageUrl !== undefined && { "mutable-content": 1 }),
    },
    ...visualData(notification),
    ...(imageUrl !== undefined && { imageUrl }),
    ...(actionUrl !== undefined && { actionUrl }),
  });
};

/** No alert, sound or badge may stand in it: https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app */
const background = (envelope: object): string => JSON.stringify({ aps: { "content-available": 1 }, ...envelope });

const headersOf = (attempt: ForApns, form: Composed["form"], now: number): Composed["headers"] => {
  const { notification, subscription } = attempt;
  const isAlert = form === "visual";
  const until = livesUntil(form, notification);
  return {
    "apns-id": idOf(attempt, form),
    "apns-topic": subscription.channel?.kind === "apns" ? subscription.channel.bundleId : "",
    "apns-push-type": isAlert ? "alert" : "background",
    // A background push of priority 10 is refused.
    "apns-priority": isAlert ? "10" : "5",
    // 0 is once, now or never; a moment that is over would say the same less plainly.
    "apns-expiration": String(until <= now ? 0 : Math.ceil(until / 1_000)),
    // 43 characters of the 64 bytes that Apple allows.
    "apns-collapse-id": topicOf(notification),
  };
};

/** A repeat carries the id of what it repeats, so that both are one in Apple's delivery log; Apple asks that it be a UUID, and no more. */
const idOf = ({ kind, notification, subscription }: ForApns, form: Composed["form"]): string => {
  const version = versionTold(kind, notification);
  return v5(JSON.stringify([notification.id, notification.epoch, version, kind, form, subscription.id]), idNamespace);
};
