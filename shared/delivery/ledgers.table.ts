import { z } from "zod";
import { chunked, joined } from "../storage/chunks.ts";
import { RowConflict, type Row, type StoredRow, type Table } from "../storage/table.ts";
import type { SubscriptionId } from "../subscription/subscription.ts";
import { mergeEntries, type Ledger, type Ledgers } from "./ledger.ts";

const entrySchema = z.object({
  subscriptionId: z.string().transform((id) => id as SubscriptionId),
  contentVersion: z.int(),
  outcome: z.enum(["delivered", "gone", "busy", "rejected", "misconfigured", "gave-up"]),
  reason: z.string().exactOptional(),
  attempts: z.int(),
  at: z.number(),
  notBefore: z.number().exactOptional(),
});

/** The ledger in the table `deliveries`: PartitionKey the feed, RowKey the ledger's key, one JSON text in chunks. */
export const tableLedgers = (deliveries: Table): Ledgers => ({
  read: async (feed, key) => ledgerOf(await deliveries.find(feed, key)),

  record: async (feed, key, ledger, entries, expiresAt) => {
    for (let known = ledger; ; known = ledgerOf(await deliveries.find(feed, key))) {
      const merged = mergeEntries(known.entries, entries);
      const text = chunked("entries", JSON.stringify(merged));
      const row: Row = { ...text, partitionKey: feed, rowKey: key, expiresAt: new Date(expiresAt) };
      const ifMatch = known.mark;
      try {
        await deliveries.write(ifMatch === undefined ? { kind: "insert", row } : { kind: "replace", row, ifMatch });
        return;
      } catch (error) {
        if (!(error instanceof RowConflict)) throw error; // else another run wrote: read again, keep both
      }
    }
  },
});

const ledgerOf = (row: StoredRow | undefined): Ledger => {
  if (!row) return { entries: {}, mark: undefined };
  const entries = z.record(z.string(), entrySchema).parse(JSON.parse(joined("entries", row)));
  return { entries: entries, mark: row.etag };
};
