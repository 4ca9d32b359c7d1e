import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Notification, NotificationId } from "../notification/notification.ts";
import type { Change, Table } from "../storage/table.ts";
import { rowKeyOf } from "../subscription/subscription-row.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";
import { awaitsFallback, type FetchMarks } from "./fetch-marks.ts";

/**
 * `f_<id>_<subscription>.<contentVersion>` in the feed's partition: this device has fetched that content of that notification. Each content
 * has a row of its own, so that an older one which is noted late takes nothing from a newer one.
 */
export const fetchMarkKey = (
  { id, contentVersion }: Pick<Notification, "id" | "contentVersion">,
  subscription: SubscriptionId,
): string => `${fetchMarksOf(id)}${subscription}.${contentVersion}`;

const fetchMarksOf = (id: NotificationId): string => `f_${id}_`;
/** Behind every character that a subscription's id can begin with. */
const behindAll = "~";

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

  of: async (feed, id) => {
    const from = fetchMarksOf(id);
    const newest = new Map<SubscriptionId, number>();
    for await (const { rowKey, contentVersion } of feeds.range(feed, from, from + behindAll)) {
      const [subscription = ""] = rowKey.slice(from.length).split("."); // an id has no dot
      const known = newest.get(subscription as SubscriptionId) ?? 0;
      newest.set(subscription as SubscriptionId, Math.max(known, Number(contentVersion)));
    }
    return newest;
  },
});

/** Put, whatever was there: the same content fetched again says the same. */
const markOf = (feed: FeedKey, subscription: SubscriptionId, notification: Notification): Change => {
  const { contentVersion, expiresAt } = notification;
  const rowKey = fetchMarkKey(notification, subscription);
  return { kind: "put", row: { partitionKey: feed, rowKey, contentVersion, expiresAt: new Date(expiresAt) } };
};
