import type { FeedKey } from "../feed-key.ts";
import type { StoredRow, Table } from "../storage/table.ts";

/** A read looks at no more rows in one call, however few of them it can use. */
export const rowsMax = 1_000;

/** Rows of the largest content are parsed in some tens of milliseconds for so many: others' requests come between two portions. */
const portionMax = 100;

/**
 * The rows of [from, below), up to `rowsMax`, read as they are wanted: first so many, then larger portions, so that the usual read
 * costs one request for no more rows than it needs, and one that meets little of use no more than a dozen.
 */
export async function* inPortions(
  feeds: Table,
  feed: FeedKey,
  { from, below, first }: { readonly from: string; readonly below: string; readonly first: number },
): AsyncIterable<StoredRow> {
  let start = from;
  let size = first;
  for (let left = rowsMax; left > 0; size = Math.max(first, Math.min(size * 4, portionMax))) {
    const limit = Math.min(size, left);
    let count = 0;
    for await (const row of feeds.range(feed, start, below, { limit })) {
      yield row;
      count += 1;
      start = keyBehind(row.rowKey);
    }
    if (count < limit) return;
    left -= count;
  }
}

/** Where a range begins that goes on behind this key: keys of one kind are equally long, so none begins with another. */
export const keyBehind = (rowKey: string): string => `${rowKey}~`;
