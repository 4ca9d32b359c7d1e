import { toldIn } from "../../../shared/delivery/ledgers.table.ts";
import { lifeOf } from "../../../shared/delivery/life.ts";
import { headOf, notificationOf } from "../../../shared/feed/rows.ts";
import { printInstant } from "../../../shared/notification/instant.ts";
import type { StoredRow, Tables } from "../../../shared/storage/table.ts";
import type { Opened } from "./exported-subscription.ts";
import { exportedSubscription } from "./exported-subscription.ts";
import type { PersonsFeed } from "./person.ts";

/** What a feed holds, for a person to read. */
export type ExportedFeed = {
  readonly targetHostName: string;
  readonly notifications: readonly unknown[];
  readonly subscriptions: readonly unknown[];
  /** What became of notifications at devices. */
  readonly deliveries: readonly unknown[];
  /** Which device fetched which notification. */
  readonly fetched: readonly unknown[];
  /** That requests were made under keys of the caller's; of the keys only hashes are kept. */
  readonly idempotencyKeys: readonly unknown[];
  /** How often was written to the feed lately, and which version it is at; null where nothing ever was. */
  readonly writes: unknown;
};

/** Reads a feed whole, what has expired and waits for the purge included. Undefined when there is nothing. */
export const exportedFeed = async (
  { feeds, deliveries }: Pick<Tables, "feeds" | "deliveries">,
  { hostName, feed }: PersonsFeed,
  use: { readonly opened: Opened; readonly stop: AbortSignal },
): Promise<ExportedFeed | undefined> => {
  const rows: StoredRow[] = [];
  for await (const row of feeds.range(feed, "", "~")) {
    use.stop.throwIfAborted();
    rows.push(row);
  }
  const ledgers: StoredRow[] = [];
  for await (const row of deliveries.range(feed, "", "~")) ledgers.push(row);
  if (rows.length + ledgers.length === 0) return undefined;
  const of = <T>(prefix: string, read: (row: StoredRow) => T): T[] =>
    rows.filter(({ rowKey }) => rowKey.startsWith(prefix)).map(read);
  const [head] = of("h", headOf);
  return {
    targetHostName: hostName,
    notifications: of("n_", exportedNotification),
    subscriptions: of("s_", (row) => exportedSubscription(row, use.opened)),
    deliveries: ledgers.map((row) => ({ notificationId: row.rowKey, ...toldIn(row, () => undefined) })),
    fetched: of("f_", fetchMark),
    idempotencyKeys: of("k_", onceKey),
    writes: head
      ? { lastDateTime: printInstant(head.at), version: head.version, recent: head.usage.recent, day: head.usage.day }
      : null,
  };
};

const exportedNotification = (row: StoredRow) => {
  const notification = notificationOf(row);
  const { groupName, payload, fallback } = notification;
  return { ...lifeOf(notification), groupName, payload, fallback };
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
