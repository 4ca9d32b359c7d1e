import { reportOnce } from "../report.ts";
import { RowConflict, type StoredRow } from "../storage/table.ts";
import { subscribing } from "./subscribe.table.ts";
import {
  endOf,
  rowKeyOf,
  subscriptionOf,
  subscriptionsBelow,
  subscriptionsFrom,
  unsidPlaceIn,
  unsidPlaceOf,
  withoutChannel,
} from "./subscription-row.ts";
import { isUnsid, type Subscription } from "./subscription.ts";
import type { KeptSubscription, Subscriptions } from "./subscriptions.ts";
import { deleteIfThere, holderIn, type SubscriptionsUse } from "./unsids.table.ts";

/** Subscriptions in the table `feeds`, and for each the hash of its UNSID in `unsids`. Channel and UNSID are encrypted. */
export const tableSubscriptions = (given: SubscriptionsUse): Subscriptions => {
  const use = { ...given, report: reportOnce(given.report) };
  const { feeds, unsids, cipher, clock, report } = use;

  const read = (row: StoredRow): Subscription | undefined =>
    endOf(row) > clock.now() ? subscriptionOf(row, cipher, report) : undefined;

  return {
    subscribe: subscribing(use),

    of: async (feed) => {
      const found: KeptSubscription[] = [];
      for await (const row of feeds.range(feed, subscriptionsFrom, subscriptionsBelow)) {
        const subscription = read(row);
        if (subscription) found.push(Object.assign(subscription, { stored: row })); // not copied: every push reads one
      }
      return found;
    },

    find: async (feed, id) => {
      const row = await feeds.find(feed, rowKeyOf(id));
      return row && read(row);
    },

    remove: async (feed, id) => {
      for (;;) {
        const row = await feeds.find(feed, rowKeyOf(id));
        if (!row) return;
        const place = unsidPlaceIn(row);
        if (place) await deleteIfThere(unsids, place);
        // A crash here leaves a subscription whose UNSID names nobody; a repeat removes it, a renewal gives the UNSID back.
        try {
          await feeds.write({ kind: "delete", partitionKey: feed, rowKey: row.rowKey, ifMatch: row.etag });
          // A renewal under way may have given the UNSID back meanwhile, and have seen the row still there; from now on none will.
          if (place) await deleteIfThere(unsids, place);
          return;
        } catch (error) {
          if (!(error instanceof RowConflict)) throw error; // renewed meanwhile, and its UNSID with it: both go
        }
      }
    },

    holderOf: async (unsid) => {
      if (!isUnsid(unsid)) return undefined;
      const { partitionKey, rowKey } = unsidPlaceOf(unsid);
      const row = await unsids.find(partitionKey, rowKey);
      return row && endOf(row) > clock.now() ? holderIn(row, report) : undefined;
    },

    forgetChannel: async (_feed, { stored }) => {
      try {
        await feeds.write({ kind: "replace", row: withoutChannel(stored), ifMatch: stored.etag });
        return "forgotten";
      } catch (error) {
        if (!(error instanceof RowConflict)) throw error;
        return "changed"; // the new channel is not the one that is gone
      }
    },
  };
};
