import type { FeedKey } from "../feed-key.ts";
import { isExpired, type Notification } from "../notification/notification.ts";
import { Problem } from "../problem.ts";
import { RowConflict, type Change, type Row, type StoredRow } from "../storage/table.ts";
import type { Limits } from "../throttle/usage.ts";
import type { Precondition } from "./feed.ts";
import { aliasRow, changeKey, changeRow, notificationOf, notificationRow, type Head } from "./rows.ts";

/** What every write is decided on, beside the rows that are its own affair. */
export type Standing = {
  readonly feed: FeedKey;
  readonly head: Head;
  /** How many writes the user may make. */
  readonly limits: Limits;
  /** Epoch milliseconds; never before the feed's last write. */
  readonly now: number;
};

/** What a write comes to. Deciding touches nothing, so it can be done anew when another writer was first. */
export type Decision<T> =
  /** These rows change in one transaction with the head. */
  | {
      readonly kind: "write";
      readonly head: Pick<Head, "version" | "usage">;
      readonly changes: readonly Change[];
      readonly result: T;
    }
  | { readonly kind: "leave"; readonly result: T }
  /** The user has made too many; one passes at `until` (epoch milliseconds). */
  | { readonly kind: "full"; readonly until: number };

/**
 * Writes a row where another was read, or none. Refused when that is no longer so: the head and the other rows are read side by
 * side, so one of them may be older than the head whose ETag guards the transaction.
 */
export const over = (found: StoredRow | undefined, row: Row): Change =>
  found ? { kind: "replace", row, ifMatch: found.etag } : { kind: "insert", row };

/**
 * A change row moves: there is one for each notification, at its newest version, so that the log is no longer than the feed.
 * Throws `RowConflict` when what was read beside the head is newer than it: the transaction would be refused for the head's sake, were
 * it not for the row of that version, which it would delete and insert in one. The store takes that for a fault of ours.
 */
export const movedInLog = (
  { feed, head }: Pick<Standing, "feed" | "head">,
  before: number | undefined,
  notification: Notification,
): Change[] => {
  const inserted = { kind: "insert", row: changeRow(feed, notification) } as const;
  if (before === undefined) return [inserted];
  if (before > head.version) throw new RowConflict("Another writer came between two reads.");
  return [{ kind: "delete", partitionKey: feed, rowKey: changeKey(before) }, inserted];
};

/** A notification as it was read, with its row. */
export type Stored = { readonly notification: Notification; readonly row: StoredRow };

/** What an id names: undefined when that is nothing, or has expired. */
export const storedIn = (row: StoredRow | undefined, now: number): Stored | undefined => {
  const notification = row && notificationOf(row);
  return row && notification && !isExpired(notification, now) ? { notification, row } : undefined;
};

/** The rows of a notification that lives on with another state. */
export const changesTo = (
  { feed, head }: Pick<Standing, "feed" | "head">,
  { notification: before, row }: Stored,
  after: Notification,
): Change[] => [
  over(row, notificationRow(feed, after)),
  { kind: "put", row: aliasRow(feed, after) },
  ...movedInLog({ feed, head }, before.version, after),
];

/** Throws `precondition-failed` when the caller asked for another version than is stored (contract 4, `If-Match`). */
export const checkPrecondition = (isMet: Precondition | undefined, { notification }: Stored): void => {
  if (isMet && !isMet(notification)) {
    throw new Problem("precondition-failed", "The notification has changed since the version that If-Match names.");
  }
};
