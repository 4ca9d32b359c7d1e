import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import type { SubscriptionsUse } from "../../../shared/subscription/unsids.table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { handClock, start } from "./samples.ts";

// Who imports it sees what the hook below gave it.
export let azurite: TablesUnderTest;

/** Tables for all cases of the file that calls it. */
export const startTables = (): void => {
  beforeAll(async () => {
    azurite = await startTablesUnderTest();
  });
  afterAll(() => azurite.stop());
};

export const dataKey = (id: string): DataKey => ({ id, key: randomBytes(32) });
export const firstKey = dataKey("k1");
const vapidKeys = { current: vapidKeyIdOf("current"), previous: undefined };
export const inAMonth = start + 30 * milliseconds.day;

type UnderTest = Subscriptions & { readonly clock: ReturnType<typeof handClock>; readonly reported: string[] };

export const subscriptionsUnderTest = (
  keys: [DataKey, ...DataKey[]] = [firstKey],
  use: Partial<SubscriptionsUse> = {},
): UnderTest => {
  const { feeds, unsids, expiries } = azurite.tables;
  const clock = handClock();
  const reported: string[] = [];
  const subscriptions = tableSubscriptions({
    feeds,
    unsids,
    hints: tableExpiryHints(expiries),
    cipher: dataCipher(keys),
    clock,
    head: { rowKey: headKey, empty: (feed) => emptyHead(feed, clock.now()) },
    perFeed: 50,
    vapidKeys,
    report: (sentence) => reported.push(sentence),
    ...use,
  });
  return { clock, reported, ...subscriptions };
};
