import type { FeedKey } from "../../../shared/feed-key.ts";
import { randomStamp } from "../../../shared/feed/new-head.ts";
import { aliasKey, aliasOf, changeKey, headKey, headOf, headRow, notificationOf } from "../../../shared/feed/rows.ts";
import { collected, removeInBatches, removeUnchanged, type Batch } from "../../../shared/expiry/remove-rows.table.ts";
import { RowConflict, type Change, type Row, type StoredRow, type Table } from "../../../shared/storage/table.ts";
import { kindOf, type Tally } from "./kinds.ts";

type Use = {
  readonly feeds: Table;
  readonly stop: AbortSignal;
  /** Told of each row that went. */
  readonly removed: Tally;
  /** Told of the hash of each UNSID that a subscription had. */
  readonly unsid: (unsidKey: string) => void;
};

/** A notification goes with its alias and its place in the log: three rows each, and the head, in a transaction of a hundred. */
const notificationsAtOnce = 33;
const rowsAtOnce = 99;
/** Who writes all the time is met in the next pass. */
const roundsMost = 5;

/**
 * Removes a feed whole, also while it is written to: subscriptions first, for then nothing more is delivered, and the head last. Whatever
 * is cut off in between leaves a feed that works: what writes guard by the head goes by the head, notifications in one transaction with
 * all that leads to them. From the first of these on the feed has another epoch, so whoever knows something of it is told to start
 * over (410) and finds what is left. Resolves to whether it is empty.
 */
export const eraseFeed = async (use: Use, feed: FeedKey): Promise<boolean> => {
  const epoch = randomStamp();
  for (let round = 0; round < roundsMost; round += 1) {
    await inBatches(use, () => subscriptions(use, feed));
    await inBatches(use, () => notifications(use, feed, epoch));
    await inBatches(use, () => rest(use, feed, epoch));
    use.stop.throwIfAborted();
    const left = await collected(use.feeds.range(feed, "", "~", { limit: 2 }));
    const [head, other] = left;
    if (head === undefined) return true;
    if (head.rowKey === headKey && other === undefined) await gone(use, left);
  }
  return false;
};

const inBatches = async ({ stop }: Use, next: () => Promise<Batch>): Promise<void> => {
  await removeInBatches(next, { expiredBy: 0, isTimeOver: () => stop.aborted });
  stop.throwIfAborted();
};

const subscriptions = async (use: Use, feed: FeedKey): Promise<Batch> => {
  const rows = await collected(use.feeds.range(feed, "s_", "s`", { limit: rowsAtOnce }));
  for (const { unsidKey } of rows) if (typeof unsidKey === "string") use.unsid(unsidKey);
  return { rows, remove: () => gone(use, rows) };
};

/** The head before the rows: whoever changes one of them after it was read changes the head, and the transaction is refused. */
const notifications = async (use: Use, feed: FeedKey, epoch: string): Promise<Batch> => {
  const head = await use.feeds.find(feed, headKey);
  const rows = await collected(use.feeds.range(feed, "n_", "n`", { limit: notificationsAtOnce }));
  return {
    rows,
    remove: async () => {
      const leading = (await Promise.all(rows.map((row) => leadingTo(use, feed, row)))).flat();
      const removed = await together(use, feed, { head, rows: [...rows, ...leading], epoch });
      return Math.min(removed, rows.length);
    },
  };
};

/** Its place in the log, and its alias while that is its own: what has expired may have lost either. What cannot be read goes all the same. */
const leadingTo = async ({ feeds }: Use, feed: FeedKey, row: StoredRow): Promise<StoredRow[]> => {
  const notification = readable(row);
  if (!notification) return [];
  const { id, version, appNotificationId } = notification;
  const [change, alias] = await Promise.all([
    feeds.find(feed, changeKey(version)),
    feeds.find(feed, aliasKey(appNotificationId)),
  ]);
  return [...(change?.id === id ? [change] : []), ...(alias && aliasOf(alias).id === id ? [alias] : [])];
};

const readable = (row: StoredRow) => {
  try {
    return notificationOf(row);
  } catch {
    return undefined;
  }
};

/** Whatever else there is, but for the head; also what nobody of ours wrote. Fetch marks are written by themselves, and go by themselves. */
const rest = async (use: Use, feed: FeedKey, epoch: string): Promise<Batch> => {
  const head = await use.feeds.find(feed, headKey);
  const found = await collected(use.feeds.range(feed, "", "~", { limit: rowsAtOnce }));
  const rows = found.filter(({ rowKey }) => rowKey !== headKey && !/^[ns]_/.test(rowKey));
  const guarded = rows.filter(({ rowKey }) => !rowKey.startsWith("f_"));
  const marks = rows.filter(({ rowKey }) => rowKey.startsWith("f_"));
  return {
    rows,
    remove: async () => (await gone(use, marks)) + (await together(use, feed, { head, rows: guarded, epoch })),
  };
};

type Together = {
  readonly head: StoredRow | undefined;
  readonly rows: readonly StoredRow[];
  readonly epoch: string;
};

const together = async (use: Use, feed: FeedKey, { head, rows, epoch }: Together): Promise<number> => {
  if (rows.length === 0) return 0;
  if (!head) return gone(use, rows);
  const row = withEpoch(feed, head, epoch);
  if (!row) return gone(use, rows);
  const deletes = rows.map(({ partitionKey, rowKey }): Change => ({ kind: "delete", partitionKey, rowKey }));
  try {
    await use.feeds.transact([{ kind: "replace", row, ifMatch: head.etag }, ...deletes]);
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
    return 0;
  }
  for (const { rowKey } of rows) use.removed.add(kindOf(rowKey));
  return rows.length;
};

/** A head that cannot be read guards no write of the service's either: undefined. */
const withEpoch = (feed: FeedKey, head: StoredRow, epoch: string): Row | undefined => {
  try {
    return headRow(feed, { ...headOf(head), epoch });
  } catch {
    return undefined;
  }
};

/** Each by its own version. */
const gone = async ({ feeds, removed }: Use, rows: readonly StoredRow[]): Promise<number> => {
  let count = 0;
  for (const kind of new Set(rows.map(({ rowKey }) => kindOf(rowKey)))) {
    const went = await removeUnchanged(
      feeds,
      rows.filter(({ rowKey }) => kindOf(rowKey) === kind),
    );
    removed.add(kind, went);
    count += went;
  }
  return count;
};
