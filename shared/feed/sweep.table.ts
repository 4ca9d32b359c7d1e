import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { isExpired, type NotificationId } from "../notification/notification.ts";
import type { Change, Table } from "../storage/table.ts";
import { changeKey, headKey, headOf, headRow, notificationKey, notificationOf } from "./rows.ts";

/** One small transaction is all that a read does beside its own work. */
const sweptMax = 24;

/**
 * Deletes expired notifications that a read tripped over, with their rows in the change log: at most 24 of them, and best effort.
 * Never throws: whatever is left is left for the purge.
 */
export const sweepExpired = async (
  { feeds, clock }: { readonly feeds: Table; readonly clock: Clock },
  feed: FeedKey,
  ids: readonly NotificationId[],
): Promise<void> => {
  if (ids.length === 0) return;
  try {
    // The head before the rows: whoever changes one of them after this look moves the head, and the transaction is refused.
    const head = await feeds.find(feed, headKey);
    if (!head) return;
    const rows = await Promise.all(ids.slice(0, sweptMax).map((id) => feeds.find(feed, notificationKey(id))));
    const now = clock.now();
    const deletions = rows.flatMap((row): Change[] => {
      const notification = row && notificationOf(row);
      if (!notification || !isExpired(notification, now)) return [];
      const keys = [notificationKey(notification.id)];
      if (notification.knownUntil <= now) keys.push(changeKey(notification.version));
      return keys.map((rowKey) => ({ kind: "delete", partitionKey: feed, rowKey }));
    });
    if (deletions.length === 0) return;
    // What has expired here must not live again for a writer whose clock is behind.
    const known = headOf(head);
    const row = headRow(feed, { ...known, at: Math.max(known.at, now) });
    await feeds.transact([{ kind: "replace", row, ifMatch: head.etag }, ...deletions]);
  } catch {
    // A writer came first, or the store is struggling: the read has its answer, and the purge comes anyway.
  }
};
