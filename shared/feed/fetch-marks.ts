import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { alertAt } from "../notification/fallback.ts";
import { isExpired, type Notification, type NotificationId } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/** The port that remembers which devices have fetched what (contract 5, iOS fallback). Its methods throw `Unavailable` when the store is. */
export type FetchMarks = {
  /**
   * Notes that a subscription's device was given these notifications to read. Costs no request unless an alert is pending for one
   * of them; a device that is not an iOS one is not noted, for it gets no such alert.
   */
  readonly fetched: (
    feed: FeedKey,
    subscription: SubscriptionId,
    notifications: readonly Notification[],
  ) => Promise<void>;
  /** The newest content of the notification, by its version, that each device was noted for; no entry where it was for none. One request. */
  readonly of: (feed: FeedKey, id: NotificationId) => Promise<ReadonlyMap<SubscriptionId, number>>;
};

/** An alert comes when it is due; after an outage, or because a push service was busy, later. Who fetches until then needs none. */
const lateMostMs = milliseconds.hour;

/** Whether an iOS device that does not fetch this notification will be alerted, or may be yet: the only time at which fetching it matters. */
export const awaitsFallback = (notification: Notification, now: number): boolean => {
  const { status, userActionState } = notification;
  const due = alertAt(notification);
  if (due === undefined || now >= due + lateMostMs) return false;
  return status !== "deleted" && userActionState !== "dismissed" && !isExpired(notification, now);
};
