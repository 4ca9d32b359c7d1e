import { randomBytes } from "node:crypto";
import { purgeExpired } from "../../../functions/purge-expired.ts";
import { dataCipher } from "../../../shared/data-keys.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import { tableExpired } from "../../../shared/expiry/expired.table.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { tableFetchMarks } from "../../../shared/feed/fetch-marks.table.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableNames, type Change, type StoredRow, type Table, type Tables } from "../../../shared/storage/table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { handClock, limits } from "../feed/samples.ts";

export type PurgeEvent = Extract<FanfareEvent, { readonly event: "purge" }>;

export const memoryTables = (): Tables =>
  Object.fromEntries(tableNames.map((name) => [name, memoryTable()])) as unknown as Tables;

/**
 * The service's stores on these tables, and a purge that may see some tables otherwise. All go by one clock, which stands. `key`: what seals,
 * where something is sealed already.
 */
export const purgeUnderTest = (tables: Tables, seenByPurge: Partial<Tables> = {}, key: Buffer = randomBytes(32)) => {
  const clock = handClock();
  const { feeds, unsids, deliveries, expiries } = tables;
  const hints = tableExpiryHints(expiries);
  const cipher = dataCipher([{ id: "k1", key }]);
  const head = { rowKey: headKey, empty: (feed: Parameters<typeof emptyHead>[0]) => emptyHead(feed, clock.now()) };
  const expired = tableExpired({ ...tables, ...seenByPurge, hints });
  const run = purgeExpired({ hints, expired, clock });
  return {
    clock,
    tables,
    expired,
    hints,
    /** As the setting DATA_KEYS has them. */
    dataKeys: `k1:${key.toString("base64")}`,
    feed: tableFeed({ feeds, hints, clock, limits }),
    fetchMarks: tableFetchMarks({ feeds, clock }),
    subscriptions: tableSubscriptions({
      feeds,
      unsids,
      hints,
      cipher,
      clock,
      head,
      perFeed: 50,
      vapidKeys: { current: vapidKeyIdOf("current") },
      report: () => undefined,
    }),
    ledgers: tableLedgers({ deliveries, clock }),
    /** One run of the timer; what it told. */
    purge: async (): Promise<PurgeEvent> => {
      const told: FanfareEvent[] = [];
      await run((event) => told.push(event));
      return told[0] as PurgeEvent;
    },
  };
};

export const allRows = async (tables: Tables): Promise<StoredRow[]> => {
  const found: StoredRow[] = [];
  for (const name of tableNames) for await (const row of tables[name].all()) found.push(row);
  return found;
};

/** A table in which something happens just before the first change that is meant: somebody else was quicker. */
export const justBefore = (
  table: Table,
  isMeant: (changes: readonly Change[]) => boolean,
  act: () => Promise<unknown>,
): Table => {
  let isOver = false;
  const meet = async (changes: readonly Change[]): Promise<void> => {
    if (isOver || !isMeant(changes)) return;
    isOver = true;
    await act();
  };
  return {
    ...table,
    write: async (change) => {
      await meet([change]);
      await table.write(change);
    },
    transact: async (changes) => {
      await meet(changes);
      await table.transact(changes);
    },
  };
};

export const deletes =
  (prefix: string) =>
  (changes: readonly Change[]): boolean =>
    changes.some((change) => change.kind === "delete" && change.rowKey.startsWith(prefix));
