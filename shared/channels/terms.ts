import { hashOf } from "../hash.ts";
import { madeOnce } from "../made-once.ts";
import type { Notification, VisualContent } from "../notification/notification.ts";
import type { Attempt, Composed } from "./channel.ts";

/** What goes to a device whose system draws: visual content, the app's own content, or a tap and why content goes so. */
export type Form =
  | { readonly kind: "visual"; readonly visual: VisualContent }
  | { readonly kind: "raw" }
  | { readonly kind: "tap"; readonly because?: NonNullable<Composed["tapBecause"]> };

type ForForm = Pick<Attempt, "kind" | "notification" | "subscription" | "isRepeat">;

/**
 * What an attempt sends to Windows, iOS or Android (contract 5), were there no limits of size: what is too large goes as a tap. `now`: epoch
 * milliseconds.
 */
export const formOf = (attempt: ForForm, now: number): Form => {
  const { kind, notification, subscription, isRepeat } = attempt;
  const visual = visualOf(attempt);
  if (visual) {
    // The first attempt is made however late it is, as each is made once; a second one would ring too late.
    return isRepeat && notification.displayUntil <= now
      ? { kind: "tap", because: "display-ended" }
      : { kind: "visual", visual };
  }
  if (kind !== "content") return { kind: "tap" };
  return subscription.notificationType === "NotificationWithPayload"
    ? { kind: "raw" }
    : { kind: "tap", because: "asked" };
};

const visualOf = ({ kind, notification, subscription }: ForForm): VisualContent | undefined => {
  if (kind === "fallback") return notification.fallback?.visualContent;
  const isDrawn = kind === "content" && subscription.notificationType !== "NoNotification";
  return isDrawn ? notification.payload.visualContent : undefined;
};

/**
 * How urgently the app is run, for raw content and taps. Visual content goes out high, also where it is a tap because of its size, while it may
 * be shown; what somebody did on another device, and what need not be shown any more, wakes nobody.
 */
export const priorityOf = (
  { kind, notification }: Pick<Attempt, "kind" | "notification">,
  now: number,
): Notification["priority"] => {
  const { priority, payload, displayUntil } = notification;
  if (kind === "tap") return priority === "High" ? "None" : priority;
  if (!payload.visualContent) return priority;
  return displayUntil > now ? "High" : "None";
};

/** Until when the push service may keep it, epoch milliseconds. */
export const livesUntil = (
  form: Form["kind"],
  { displayUntil, expiresAt }: Pick<Notification, "displayUntil" | "expiresAt">,
): number => (form === "visual" ? Math.min(displayUntil, expiresAt) : expiresAt);

/** The whole seconds until then, for vendors who count so; within what the vendor takes. */
export const secondsUntil = (
  end: number,
  now: number,
  { least, most = Infinity }: { readonly least: number; readonly most?: number },
): number => Math.min(most, Math.max(least, Math.floor((end - now) / 1_000)));

/**
 * The name of all that is about one notification, so that of two pushes the later takes the earlier's place, where it waits and where it shows.
 * 43 characters of base64url, of which a vendor gets as many as it takes; they tell nobody the host name or the appNotificationId.
 */
export const topicOf = madeOnce(
  ({ targetHostName, appNotificationId }: Pick<Notification, "targetHostName" | "appNotificationId">): string =>
    hashOf("topic", targetHostName, appNotificationId),
);
