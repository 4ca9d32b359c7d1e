import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Notification, NotificationId } from "../notification/notification.ts";
import type { Change, Table } from "../storage/table.ts";
import { rowKeyOf } from "../subscription/subscription-row.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";
import { awaitsFallback, type FetchMarks } from "./fetch-marks.ts";

/** `f_<id>_<subscription>` in the feed's partition: this device has fetched that notification, of this content. */
export const fetchMarkKey = (id: NotificationId, subscription: SubscriptionId): string => `f_${id}_${subscription}`;

const changesMax = 100;

/** Marks in the table `feeds`. They end with their notification, so its own hint brings the purge to them. */
export const tableFetchMarks = ({ feeds, clock }: { readonly feeds: Table; readonly clock: Clock }): FetchMarks => ({
  fetched: async (feed, subscription, notifications) => {
    const pending = notifications.filter((notification) => awaitsFallback(notification, clock.now()));
    if (pending.length === 0) return;
    const device = await feeds.find(feed, rowKeyOf(subscription));
    if (device?.platformType !== "iOS") return;
    const one = new Map(pending.map((notification) => [notification.id, notification])); // a transaction changes a row once
    const marks = [...one.values()].map((notification) => markOf(feed, subscription, notification));
    for (let start = 0; start < marks.length; start += changesMax) {
      await feeds.transact(marks.slice(start, start + changesMax));
    }
  },
});

/** Put, whatever was there: the same content fetched again says the same, and newer content was fetched now. */
const markOf = (feed: FeedKey, subscription: SubscriptionId, notification: Notification): Change => {
  const { id, contentVersion, expiresAt } = notification;
  const rowKey = fetchMarkKey(id, subscription);
  return { kind: "put", row: { partitionKey: feed, rowKey, contentVersion, expiresAt: new Date(expiresAt) } };
};
