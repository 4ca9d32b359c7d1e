import { milliseconds } from "../../../shared/clock.ts";
import { acceptDraft } from "../../../shared/feed/accept.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import { subscriptionFrom } from "../../../shared/subscription/subscription-row.ts";
import type { Subscription, SubscriptionDraft, SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { draftOf, subscriptionDraftOf } from "./samples.ts";

/** A notification as a feed that had come to version 6 accepts it now, for an hour. */
export const notificationAt = (now: number, more: Partial<NotificationDraft> = {}): Notification => {
  const draft = draftOf({ expiresAt: now + milliseconds.hour, displayUntil: now + milliseconds.hour, ...more });
  return acceptDraft(draft, { head: { epoch: "epoch", version: 6 }, alias: undefined }, now).notification;
};

/** A subscription made now, for a day. */
export const subscriptionAt = (now: number, more: Partial<SubscriptionDraft> = {}): Subscription =>
  subscriptionFrom(subscriptionDraftOf(more), "device" as SubscriptionId, now + milliseconds.day);
