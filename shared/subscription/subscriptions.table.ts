import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { DataCipher } from "../data-keys.ts";
import { feedKeyOf } from "../feed-key.ts";
import { hashOf } from "../hash.ts";
import type { ExpiryHints } from "../storage/expiry-hints.table.ts";
import { RowConflict, type StoredRow, type Table } from "../storage/table.ts";
import { rowKeyOf, rowOf, subscriptionFrom, subscriptionIdOf, subscriptionOf, unsidOf } from "./subscription-row.ts";
import { newUnsid, type SubscriptionId } from "./subscription.ts";
import type { KeptSubscription, Subscriptions } from "./subscriptions.ts";

type Use = {
  readonly feeds: Table;
  readonly unsids: Table;
  readonly hints: ExpiryHints;
  readonly cipher: DataCipher;
  readonly clock: Clock;
};

const unsidKeyOf = (unsid: string): string => hashOf("unsid", unsid);
const unsidRowKey = "u";

/** Subscriptions in the table `feeds`, and for each the hash of its UNSID in `unsids`. Channel and UNSID are encrypted. */
export const tableSubscriptions = ({ feeds, unsids, hints, cipher, clock }: Use): Subscriptions => {
  const read = (row: StoredRow): KeptSubscription => ({ ...subscriptionOf(row, cipher), stored: row });

  return {
    subscribe: async (user, draft, expiresAt) => {
      const feed = feedKeyOf(user, draft.targetHostName);
      await hints.note(feed, expiresAt);
      for (;;) {
        const id = subscriptionIdOf(feed, draft.deviceId);
        const found = await feeds.find(feed, rowKeyOf(id));
        const renewed = found && read(found).expiresAt > clock.now() ? found : undefined;
        const unsid = renewed ? unsidOf(renewed, cipher) : newUnsid();
        const subscription = subscriptionFrom(draft, id, expiresAt);
        const row = rowOf(feed, subscription, unsid, cipher);
        try {
          await feeds.write(found ? { kind: "replace", row, ifMatch: found.etag } : { kind: "insert", row });
        } catch (error) {
          if (error instanceof RowConflict) continue; // the device subscribed twice at once: adopt what the other made
          throw error;
        }
        // A crash here leaves a subscription whose UNSID nobody was told yet; the client's repeat finds it and completes this.
        const holder = {
          subscriptionId: id,
          feed,
          ...user,
          hostName: draft.targetHostName,
          expiresAt: new Date(expiresAt),
        };
        await unsids.write({ kind: "put", row: { partitionKey: unsidKeyOf(unsid), rowKey: unsidRowKey, ...holder } });
        return { subscription, unsid, isNew: renewed === undefined };
      }
    },

    of: async (feed) => {
      const found: KeptSubscription[] = [];
      for await (const row of feeds.range(feed, "s_", "s`")) found.push(read(row));
      return found.filter(({ expiresAt }) => expiresAt > clock.now());
    },

    holderOf: async (unsid) => {
      const row = await unsids.find(unsidKeyOf(unsid), unsidRowKey);
      if (!row) return undefined;
      const { subscriptionId, expiresAt, ...holder } = holderSchema.parse(row);
      if (expiresAt.getTime() <= clock.now()) return undefined;
      return { ...holder, subscriptionId: subscriptionId as SubscriptionId };
    },

    forgetChannel: async (feed, subscription) => {
      const { etag: ifMatch, channel: _, ...row } = subscription.stored;
      try {
        await feeds.write({
          kind: "replace",
          row: { ...row, partitionKey: feed, rowKey: rowKeyOf(subscription.id) },
          ifMatch,
        });
      } catch (error) {
        if (!(error instanceof RowConflict)) throw error; // renewed meanwhile: the new channel is not the one that is gone
      }
    },
  };
};

const holderSchema = z.object({
  subscriptionId: z.string(),
  feed: z.string(),
  tenantId: z.string(),
  objectId: z.string(),
  principalName: z.string(),
  hostName: z.string(),
  expiresAt: z.date(),
});
