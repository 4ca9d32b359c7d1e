import { endOfHintsHour, hintPartition, hintsEndedBy } from "./hint-hours.ts";
import type { FeedKey } from "../feed-key.ts";
import { RowConflict, type StoredRow, type Table } from "./table.ts";

/** How many hints an instance remembers having written, so that a busy feed writes one an hour and not one a notification. */
const remembered = 10_000;

/** Whom a hint is about: a feed, or one UNSID's row, which lies in a partition of its own. */
export type HintSubject =
  { readonly kind: "feed"; readonly feed: FeedKey } | { readonly kind: "unsid"; readonly unsidKey: string };

/** Tells the purge where something will expire. An hour's hint names the feed only: the purge reads what is past its time there. */
export type ExpiryHints = {
  /**
   * Notes, before the write it is for, that the feed holds something that expires then. An orphan is harmless. Whoever reads the feed's head
   * beside it says afterwards, with the same time, which life of the feed (its epoch) was found: what was noted in an earlier life may
   * have been erased together with it, and is noted again.
   */
  readonly note: (feed: FeedKey, expiresAt: number, life?: string) => Promise<void>;
};

/**
 * The same for UNSIDs. One ends with its subscription, which has a hint; but a crash between the two, or a device that subscribes
 * anew, may leave a UNSID that no subscription leads to, and it must end as well. So each has a hint of its own.
 */
export type UnsidHints = {
  /** Notes, before the row is written, that the UNSID under this key (a hash) expires then. An orphan is harmless. */
  readonly noteUnsid: (unsidKey: string, expiresAt: number) => Promise<void>;
};

export type DueHint = {
  readonly subject: HintSubject;
  /** Epoch milliseconds by which all had expired that it is about. */
  readonly hourEnd: number;
  /** The store's own. */
  readonly stored: StoredRow;
};

/** The purge's side of the hints. All methods throw `Unavailable` when the store is. */
export type DueHints = {
  /** The hints of hours that had ended by then (epoch milliseconds), oldest first; at most so many. */
  readonly endedBy: (time: number, limit: number) => AsyncIterable<DueHint>;
  /** Forgets a hint that was seen to, for good. */
  readonly settle: (hint: DueHint) => Promise<void>;
};

/**
 * Hints in the table `expiries`: PartitionKey the hour *after* the expiry and a shard, RowKey the feed or `unsid.<key>` (no hash holds a dot).
 * The hour comes first, so the purge reads whole hours that have passed.
 */
export const tableExpiryHints = (expiries: Table): ExpiryHints & UnsidHints & DueHints => {
  /** The life of the feed in which a hint was written; not yet told: it is not relied on by the next writer. */
  const written = new Map<string, string>();
  const untold = "";
  const put = async (rowKey: string, partitionKey: string): Promise<void> => {
    await expiries.write({ kind: "put", row: { partitionKey, rowKey } });
    if (written.size >= remembered) written.clear();
  };
  return {
    note: async (feed, expiresAt, life) => {
      const partitionKey = hintPartition(feed, expiresAt);
      const hint = `${partitionKey} ${feed}`;
      const known = written.get(hint);
      const isThere = life === undefined ? known !== undefined && known !== untold : known === untold || known === life;
      if (!isThere) await put(feed, partitionKey);
      if (life !== undefined) written.set(hint, life);
      else if (!isThere) written.set(hint, untold);
    },
    noteUnsid: (unsidKey, expiresAt) => put(hintKeyOf({ kind: "unsid", unsidKey }), hintPartition(unsidKey, expiresAt)),

    endedBy: async function* (time, limit) {
      for await (const stored of expiries.partitionsBelow(hintsEndedBy(time), limit)) {
        yield { subject: subjectOf(stored.rowKey), hourEnd: endOfHintsHour(stored.partitionKey), stored };
      }
    },

    settle: async ({ stored: { partitionKey, rowKey, etag } }) => {
      try {
        await expiries.write({ kind: "delete", partitionKey, rowKey, ifMatch: etag });
      } catch (error) {
        if (!(error instanceof RowConflict)) throw error; // noted again meanwhile, or settled by another instance
      }
    },
  };
};

const unsidPrefix = "unsid.";

/** The row key of a subject's hints, whatever their hour. */
export const hintKeyOf = (subject: HintSubject): string =>
  subject.kind === "unsid" ? unsidPrefix + subject.unsidKey : subject.feed;

const subjectOf = (rowKey: string): HintSubject =>
  rowKey.startsWith(unsidPrefix)
    ? { kind: "unsid", unsidKey: rowKey.slice(unsidPrefix.length) }
    : { kind: "feed", feed: rowKey as FeedKey };
