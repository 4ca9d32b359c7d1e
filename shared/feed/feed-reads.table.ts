import type { Clock } from "../clock.ts";
import { isExpired } from "../notification/notification.ts";
import type { Table } from "../storage/table.ts";
import type { Feed } from "./feed.ts";
import { notificationKey, notificationOf } from "./rows.ts";

export type ReadsUse = { readonly feeds: Table; readonly clock: Clock };

/** The feed's reads; its rows are described in `rows.ts`. */
export const feedReads = ({ feeds, clock }: ReadsUse): Pick<Feed, "find"> => ({
  find: async (feed, id) => {
    const row = await feeds.find(feed, notificationKey(id));
    const notification = row && notificationOf(row);
    return notification && !isExpired(notification, clock.now()) ? notification : undefined;
  },
});
