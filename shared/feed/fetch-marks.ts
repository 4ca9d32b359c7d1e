import type { FeedKey } from "../feed-key.ts";
import { isExpired, type Notification } from "../notification/notification.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";

/** The port that remembers which devices have fetched what (contract 5, iOS fallback). */
export type FetchMarks = {
  /**
   * Notes that a subscription's device was given these notifications to read. Costs no request unless an alert is pending for one
   * of them; a device that is not an iOS one is not noted, for it gets no such alert. Throws `Unavailable` when the store is.
   */
  readonly fetched: (
    feed: FeedKey,
    subscription: SubscriptionId,
    notifications: readonly Notification[],
  ) => Promise<void>;
};

/** Whether an iOS device that does not fetch this notification will be alerted: the only time at which fetching it matters. */
export const awaitsFallback = (notification: Notification, now: number): boolean => {
  const { fallback, contentAt, status, userActionState } = notification;
  if (!fallback || now >= contentAt + fallback.delaySeconds * 1_000) return false;
  return status !== "deleted" && userActionState !== "dismissed" && !isExpired(notification, now);
};
