import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import {
  isExpired,
  parseNotificationId,
  type Notification,
  type NotificationId,
} from "../notification/notification.ts";
import type { Table } from "../storage/table.ts";
import { readDelta } from "./delta.table.ts";
import type { Feed, ListRequest, Page } from "./feed.ts";
import { inPortions, keyBehind, rowsMax } from "./portions.table.ts";
import { notificationKey, notificationOf } from "./rows.ts";
import { sweepExpired } from "./sweep.table.ts";

export type ReadsUse = { readonly feeds: Table; readonly clock: Clock };

/** The reading half of a feed in the table `feeds`; its rows are described in `rows.ts`. */
export const feedReads = (use: ReadsUse): Pick<Feed, "find" | "findAny" | "findStored" | "list" | "delta"> => ({
  find: async (feed, id) => {
    const notification = await findAny(use, feed, id);
    return notification?.status === "deleted" ? undefined : notification;
  },
  findAny: (feed, id) => findAny(use, feed, id),
  findStored: (feed, id) => findStored(use, feed, id),
  list: (feed, request) => list(use, feed, request),
  delta: (feed, request) => readDelta(use, feed, request),
});

const findStored = async ({ feeds }: ReadsUse, feed: FeedKey, given: NotificationId) => {
  const id = parseNotificationId(given);
  const row = id && (await feeds.find(feed, notificationKey(id)));
  return row && notificationOf(row);
};

const findAny = async (use: ReadsUse, feed: FeedKey, id: NotificationId): Promise<Notification | undefined> => {
  const notification = await findStored(use, feed, id);
  if (!notification || !isExpired(notification, use.clock.now())) return notification;
  await sweepExpired(use, feed, [notification.id]);
  return undefined;
};

const list = async (use: ReadsUse, feed: FeedKey, { top, after, matches }: ListRequest): Promise<Page> => {
  const now = use.clock.now();
  const notifications: Notification[] = [];
  const expired: NotificationId[] = [];
  let seen = 0;
  let last: NotificationId | undefined;
  let next: NotificationId | undefined;
  const from = after === undefined ? "n_" : keyBehind(notificationKey(after));
  // One more than asked for tells whether there is a next page.
  for await (const row of inPortions(use.feeds, feed, { from, below: "n`", first: top + 1 })) {
    const notification = notificationOf(row);
    const isLive = notification.status !== "deleted" && !isExpired(notification, now);
    if (isExpired(notification, now)) expired.push(notification.id);
    if (isLive && matches(notification)) {
      if (notifications.length === top) {
        next = last;
        break;
      }
      notifications.push(notification);
    }
    last = notification.id;
    seen += 1;
    if (seen === rowsMax) next = last;
  }
  await sweepExpired(use, feed, expired);
  return { notifications, next };
};
