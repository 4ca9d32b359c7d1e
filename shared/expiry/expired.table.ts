import type { ExpiryHints } from "../storage/expiry-hints.table.ts";
import type { Table, Tables } from "../storage/table.ts";
import type { Expired, Removal, Removed } from "./expired.ts";
import { removeFromFeed, removeIdleHead } from "./remove-from-feed.table.ts";
import { expiredRows, removeInBatches, removeUnchanged } from "./remove-rows.table.ts";

type Use = Pick<Tables, "feeds" | "deliveries" | "unsids"> & { readonly hints: ExpiryHints };

/** What has expired, in the tables `feeds`, `deliveries` and `unsids`. */
export const tableExpired = ({ feeds, deliveries, unsids, hints }: Use): Expired => ({
  remove: async (subject, removal) => {
    if (subject.kind === "unsid") return removePartition(unsids, subject.unsidKey, removal);
    const { feed } = subject;
    const ofFeed = await removeFromFeed(feeds, feed, removal);
    const ofLedgers = await removePartition(deliveries, feed, removal);
    const rows = ofFeed.rows + ofLedgers.rows;
    if (!ofFeed.isDone || !ofLedgers.isDone) return { rows, isDone: false };
    return { rows: rows + (await removeIdleHead({ feeds, hints }, feed, removal)), isDone: true };
  },
});

/** Ledgers and UNSIDs are written by themselves: each goes if it still is as it was read, so one that was renewed meanwhile stays. */
const removePartition = (table: Table, partitionKey: string, removal: Removal): Promise<Removed> =>
  removeInBatches(async () => {
    const rows = await expiredRows(table, partitionKey, removal);
    return { rows, remove: () => removeUnchanged(table, rows) };
  }, removal);
