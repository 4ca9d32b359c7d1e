import { hashOf } from "../../hash.ts";
import type { Notification, VisualContent } from "../../notification/notification.ts";
import type { Attempt, Composed } from "../channel.ts";
import { contentEnvelope, tapEnvelope, visualData } from "../envelope.ts";
import { formOf, livesUntil, priorityOf, secondsUntil, topicOf } from "../terms.ts";
import { toastXml } from "./toast.ts";

/** Of the body: https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers */
const bodyBytesMax = 5_000;

/** What a Windows PC is told (contract 5): a toast, or the original's envelope for the app. Undefined for a fallback, which is for iOS alone. */
export const wnsComposed = (attempt: Attempt, now: number): Composed | undefined => {
  if (attempt.kind === "fallback") return undefined;
  const { notification } = attempt;
  const form = formOf(attempt, now);
  switch (form.kind) {
    case "visual":
      return orTap(toast(notification, form.visual, now), attempt, now);
    case "raw":
      return orTap(raw("raw", JSON.stringify(contentEnvelope(notification)), attempt, now), attempt, now);
    case "tap":
      return wnsTap(attempt, form.because, now);
  }
};

/** The word that there is something to fetch; `because` is why content goes so. */
export const wnsTap = (attempt: Attempt, because: Composed["tapBecause"], now: number): Composed => ({
  ...raw("tap", JSON.stringify(tapEnvelope(attempt.notification, attempt.kind)), attempt, now),
  ...(because && { tapBecause: because }),
});

/** Never cut, never dropped. */
const orTap = (composed: Composed, attempt: Attempt, now: number): Composed =>
  composed.bytes <= composed.bytesMax ? composed : wnsTap(attempt, "too-large", now);

const toast = (notification: Notification, visualContent: VisualContent, now: number): Composed => ({
  form: "visual",
  headers: {
    "x-wns-type": "wns/toast",
    "content-type": "text/xml",
    // No cache policy: it is not for toasts, of which WNS keeps the latest for a PC that is offline.
    "x-wns-ttl": ttlUntil(livesUntil("visual", notification), now),
    "x-wns-priority": priorities.High,
    "x-wns-tag": alphanumeric(topicOf(notification)),
    // A tag names a toast within its group, so there is always one: no device is left to decide what the group of none is.
    "x-wns-group": notification.groupName === null ? "none" : alphanumeric(hashOf("group", notification.groupName)),
    "x-wns-requestforstatus": "true",
  },
  ...sized(toastXml(visualContent, visualData(notification))),
});

const raw = (form: "raw" | "tap", body: string, attempt: Attempt, now: number): Composed => ({
  form,
  headers: {
    "x-wns-type": "wns/raw",
    "content-type": "application/octet-stream",
    "x-wns-cache-policy": "cache", // of its own accord WNS drops it when the PC is offline
    "x-wns-ttl": ttlUntil(livesUntil(form, attempt.notification), now),
    "x-wns-priority": priorities[priorityOf(attempt, now)],
    "x-wns-requestforstatus": "true",
  },
  ...sized(body),
});

/**
 * High, medium and low as WNS counts them. Of its own accord it takes raw ones as low, which wait until the PC is used.
 * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/wns-notification-priorities
 */
const priorities = { High: "1", None: "2", Low: "3" } as const;

const sized = (body: string): Pick<Composed, "body" | "bytes" | "bytesMax"> => ({
  body,
  bytes: Buffer.byteLength(body),
  bytesMax: bodyBytesMax,
});

/** At least one: what is over is shown at once or never. */
const ttlUntil = (end: number, now: number): string => String(secondsUntil(end, now, { least: 1 }));

/** Sixteen letters and digits, which is all that tags and groups may be: half of a SHA-256's 128 best bits, and nobody's text. */
const alphanumeric = (hash: string): string => Buffer.from(hash, "base64url").toString("hex").slice(0, 16);
