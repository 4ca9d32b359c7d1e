import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Table } from "./table.ts";

/** How many hints an instance remembers having written, so that a busy feed writes one an hour and not one a notification. */
const remembered = 10_000;

/** Tells the purge where something will expire. An hour's hint names the feed only: the purge reads what is past its time there. */
export type ExpiryHints = {
  /** Notes, before the write it is for, that the feed holds something that expires then. An orphan is harmless. */
  readonly note: (feed: FeedKey, expiresAt: number) => Promise<void>;
};

/**
 * Hints in the table `expiries`: PartitionKey the hour *after* the expiry and a shard, RowKey the feed.
 * The hour comes first, so the purge reads whole hours that have passed.
 */
export const tableExpiryHints = (expiries: Table): ExpiryHints => {
  const written = new Set<string>();
  return {
    note: async (feed, expiresAt) => {
      const hour = new Date(expiresAt + milliseconds.hour).toISOString().slice(0, 13);
      const partitionKey = `${hour}_${feed.slice(0, 1)}`;
      const hint = `${partitionKey} ${feed}`;
      if (written.has(hint)) return;
      await expiries.write({ kind: "put", row: { partitionKey, rowKey: feed } });
      if (written.size >= remembered) written.clear();
      written.add(hint);
    },
  };
};
