import { toldIn } from "../../../shared/delivery/ledgers.table.ts";
import { lifeOf } from "../../../shared/delivery/life.ts";
import { headKey, headOf, notificationOf } from "../../../shared/feed/rows.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import type { StoredRow, Table, Tables } from "../../../shared/storage/table.ts";
import type { Opened } from "./exported-subscription.ts";
import { exportedSubscription } from "./exported-subscription.ts";
import type { PersonsFeed } from "./person.ts";

/** What a feed holds, for a person to read. Lists are read as they are gone through, each once. */
export type ExportedFeed = {
  readonly targetHostName: string;
  readonly notifications: AsyncIterable<unknown>;
  readonly subscriptions: AsyncIterable<unknown>;
  /** What became of notifications at devices. */
  readonly deliveries: AsyncIterable<unknown>;
  /** Which device fetched which notification. */
  readonly fetched: AsyncIterable<unknown>;
  /** That requests were made under keys of the caller's; of the keys only hashes are kept. */
  readonly idempotencyKeys: AsyncIterable<unknown>;
  /** How often was written to the feed lately, and which version it is at; null where nothing ever was. */
  readonly writes: unknown;
};

type Use = {
  readonly opened: Opened;
  readonly stop: AbortSignal;
  /** Told of each thing that was exported. */
  readonly count: (what: "notifications" | "subscriptions") => void;
};

/**
 * A feed, what has expired and waits for the purge included. Undefined when there is nothing. What is there and cannot be read is told as it
 * stands: it is about the person all the same.
 */
export const exportedFeed = async (
  { feeds, deliveries }: Pick<Tables, "feeds" | "deliveries">,
  { hostName, feed }: PersonsFeed,
  { opened, stop, count }: Use,
): Promise<ExportedFeed | undefined> => {
  if ((await isEmpty(feeds, feed)) && (await isEmpty(deliveries, feed))) return undefined;
  const each = <T>(table: Table, [from, below]: readonly [string, string], told: (row: StoredRow) => T) =>
    mapped(table.range(feed, from, below), told, stop);
  const head = await feeds.find(feed, headKey);
  return {
    targetHostName: hostName,
    notifications: each(feeds, ["n_", "n`"], (row) => {
      count("notifications");
      return readOr(row, exportedNotification);
    }),
    subscriptions: each(feeds, ["s_", "s`"], (row) => {
      count("subscriptions");
      return exportedSubscription(row, opened);
    }),
    deliveries: each(deliveries, ["", "~"], (row) => ({
      notificationId: row.rowKey,
      ...toldIn(row, () => undefined),
    })),
    fetched: each(feeds, ["f_", "f`"], fetchMark),
    idempotencyKeys: each(feeds, ["k_", "k`"], onceKey),
    writes: head ? readOr(head, writesOf) : null,
  };
};

const isEmpty = async (table: Table, feed: string): Promise<boolean> => {
  for await (const _ of table.range(feed, "", "~", { limit: 1 })) return false;
  return true;
};

async function* mapped<T>(
  rows: AsyncIterable<StoredRow>,
  told: (row: StoredRow) => T,
  stop: AbortSignal,
): AsyncGenerator<T> {
  for await (const row of rows) {
    stop.throwIfAborted();
    yield told(row);
  }
}

const readOr = <T>(row: StoredRow, read: (row: StoredRow) => T) => {
  try {
    return read(row);
  } catch {
    const { etag: _, partitionKey: __, ...stands } = row;
    return { malformed: true, ...stands };
  }
};

const exportedNotification = (row: StoredRow) => {
  const notification = notificationOf(row);
  const { groupName, payload, fallback } = notification;
  return { ...lifeOf(notification), groupName, payload, fallback };
};

const writesOf = (row: StoredRow) => {
  const { at, version, usage } = headOf(row);
  return { lastDateTime: printInstant(at), version, recent: usage.recent, day: usage.day };
};

/** `f_<notification>_<subscription>.<content version>`: a notification's id is as long as any other's. */
const fetchMark = ({ rowKey }: StoredRow) => {
  const [, notificationId = "", rest = ""] = /^f_([\da-f-]{36})_(.+)$/.exec(rowKey) ?? [];
  const [subscriptionId = ""] = rest.split(".");
  return { notificationId, subscriptionId };
};

const onceKey = ({ rowKey, id, acceptedAt, expiresAt }: StoredRow) => ({
  keyHash: rowKey.slice("k_".length),
  notificationId: String(id),
  acceptedDateTime: instantOf(acceptedAt),
  rememberedUntilDateTime: instantOf(expiresAt),
});

const instantOf = (value: unknown): string | null => (value instanceof Date ? printInstant(value.getTime()) : null);
