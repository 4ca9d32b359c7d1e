import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { headKey, headOf, headRow } from "../feed/rows.ts";
import type { ExpiryHints } from "../storage/expiry-hints.table.ts";
import { RowConflict, type Change, type StoredRow, type Table } from "../storage/table.ts";
import type { Removal, Removed } from "./expired.ts";
import { collected, expiredRows, removeInBatches, removeUnchanged } from "./remove-rows.table.ts";

/**
 * Which rows are written only in transactions that replace the head: replacing it too proves that none of them has changed since
 * it was read, so that many go at once. Subscriptions and fetch marks are written by themselves, and go by their own ETag each.
 */
const isGuardedByHead = ({ rowKey }: StoredRow): boolean => /^[ackn]_/.test(rowKey);

/** Removes the rows of the feed's own partition that had expired: notifications, aliases, changes, keys, marks and subscriptions. */
export const removeFromFeed = (feeds: Table, feed: FeedKey, removal: Removal): Promise<Removed> =>
  removeInBatches(async () => {
    // The head before the rows, never after: then whoever changes a row after it was read has changed the head as well.
    const head = await feeds.find(feed, headKey);
    const rows = await expiredRows(feeds, feed, removal);
    const guarded = head ? rows.filter(isGuardedByHead) : [];
    const others = head ? rows.filter((row) => !isGuardedByHead(row)) : rows;
    return {
      rows,
      remove: async () =>
        (await removeUnchanged(feeds, others)) +
        (head && guarded.length > 0 ? await removeTogether(feeds, feed, { head, guarded, removal }) : 0),
    };
  }, removal);

type Together = { readonly head: StoredRow; readonly guarded: readonly StoredRow[]; readonly removal: Removal };

const removeTogether = async (feeds: Table, feed: FeedKey, { head, guarded, removal }: Together): Promise<number> => {
  const known = headOf(head);
  // What had expired now must not be found missing, and alive, by an instance whose clock is behind: writes take the head's time if it is later.
  const row = headRow(feed, { ...known, at: Math.max(known.at, removal.expiredBy) });
  const deletes = guarded.map(({ partitionKey, rowKey }): Change => ({ kind: "delete", partitionKey, rowKey }));
  try {
    await feeds.transact([{ kind: "replace", row, ifMatch: head.etag }, ...deletes]);
    return guarded.length;
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
    return 0;
  }
};

/** The user's writes of a day count against the limits (contract 2.6), by slots of five minutes: after that the head says nothing any more. */
const headKeptMs = milliseconds.day + 5 * milliseconds.minute;

/**
 * Removes the head of a feed that holds nothing else and has not been written to for a day, so that a user who left leaves nothing;
 * resolves to the number of rows. One too young gets a hint for its time. A feed written to again has a new epoch, so old tokens and ETags do not match.
 */
export const removeIdleHead = async (
  { feeds, hints }: { readonly feeds: Table; readonly hints: ExpiryHints },
  feed: FeedKey,
  { expiredBy }: Removal,
): Promise<number> => {
  const [first, second] = await collected(feeds.range(feed, "", "~", { limit: 2 }));
  if (first?.rowKey !== headKey || second) return 0;
  const idleAt = headOf(first).at + headKeptMs;
  if (idleAt <= expiredBy) return removeUnchanged(feeds, [first]);
  await hints.note(feed, idleAt);
  return 0;
};
