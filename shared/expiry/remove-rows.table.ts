import { concurrently } from "../concurrently.ts";
import { RowConflict, type StoredRow, type Table } from "../storage/table.ts";
import type { Removal, Removed } from "./expired.ts";

/** A transaction takes 100 changes, one of which guards the others. */
const batchRows = 99;
/** Requests at once for one feed; several feeds are purged at once. */
const deletesAtOnce = 8;
/** A feed that is written to all the time is left for the next run rather than held up. */
const lostRacesMax = 10;

/**
 * Removes batch after batch until there is none. `next` reads one, and says how to remove it; that gives how many rows went: fewer
 * than there were means that somebody changed one meanwhile, and the next batch is what is true then.
 */
export const removeInBatches = async (next: () => Promise<Batch>, { isTimeOver }: Removal): Promise<Removed> => {
  let rows = 0;
  for (let lostRaces = 0; lostRaces <= lostRacesMax && !isTimeOver();) {
    const batch = await next();
    if (batch.rows.length === 0) return { rows, isDone: true };
    const removed = await batch.remove();
    if (removed < batch.rows.length) lostRaces += 1;
    rows += removed;
  }
  return { rows, isDone: false };
};

export type Batch = { readonly rows: readonly StoredRow[]; readonly remove: () => Promise<number> };

/** Deletes each row if it still is as it was read. Resolves to how many were. */
export const removeUnchanged = async (table: Table, rows: readonly StoredRow[]): Promise<number> => {
  let removed = 0;
  await concurrently(deletesAtOnce, rows, async ({ partitionKey, rowKey, etag: ifMatch }) => {
    try {
      await table.write({ kind: "delete", partitionKey, rowKey, ifMatch });
      removed += 1;
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error; // renewed, or removed by another run
    }
  });
  return removed;
};

/** The first rows of a partition that had expired by then; none without a property `expiresAt`. */
export const expiredRows = (table: Table, partitionKey: string, { expiredBy }: Removal): Promise<StoredRow[]> =>
  collected(table.range(partitionKey, "", "~", { expiredAt: expiredBy, limit: batchRows }));

export const collected = async (rows: AsyncIterable<StoredRow>): Promise<StoredRow[]> => {
  const all: StoredRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
};
