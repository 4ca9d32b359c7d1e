import { afterAll, beforeAll, expect, test } from "vitest";
import { stateLedgerKey, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { newFeed, start } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const ledgersUnderTest = () => tableLedgers(azurite.tables.deliveries);
const entryOf = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  subscriptionId: "laptop" as SubscriptionId,
  contentVersion: 1,
  outcome: "delivered",
  attempts: 1,
  at: start,
  ...more,
});
const expiresAt = start + 1_000;

test("a notification nobody was told of has an empty ledger", async () => {
  const ledger = await ledgersUnderTest().read(newFeed(), newNotificationId(start));
  expect(ledger).toEqual({ entries: {}, mark: undefined });
});

test("what was recorded is read again, with all its particulars", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  const entries = {
    done: entryOf(),
    waiting: entryOf({ outcome: "busy", reason: "503 slow down", attempts: 3, notBefore: start + 5_000 }),
  };
  await record(feed, notification, await read(feed, notification), entries, expiresAt);
  const ledger = await read(feed, notification);
  expect(ledger.entries).toEqual(entries);
  await record(feed, notification, ledger, { waiting: entryOf({ attempts: 4 }) }, expiresAt);
  expect((await read(feed, notification)).entries).toEqual({
    done: entryOf(),
    waiting: entryOf({ attempts: 4 }),
  });
});

test("runs that record at once, for a new ledger or an old one, all keep what they did", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  for (const round of [0, 1]) {
    const known = await read(feed, notification);
    const runs = Array.from({ length: 4 }, (_, run) => ({ [`${round}-${run}`]: entryOf({ attempts: run + 1 }) }));
    await Promise.all(runs.map((entries) => record(feed, notification, known, entries, expiresAt)));
  }
  const { entries } = await read(feed, notification);
  expect(Object.keys(entries).sort()).toEqual(["0-0", "0-1", "0-2", "0-3", "1-0", "1-1", "1-2", "1-3"]);
});

test("of two runs that tell of the same channel, the one that is further on stays", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  const known = await read(feed, notification);
  await record(feed, notification, known, { tag: entryOf({ contentVersion: 2 }) }, expiresAt);
  await record(feed, notification, known, { tag: entryOf({ at: start + 9_000 }) }, expiresAt);
  expect((await read(feed, notification)).entries.tag).toEqual(entryOf({ contentVersion: 2 }));
});

test("a ledger that was removed since it was read is begun anew", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  await record(feed, notification, await read(feed, notification), { old: entryOf() }, expiresAt);
  const known = await read(feed, notification);
  await azurite.tables.deliveries.write({ kind: "delete", partitionKey: feed, rowKey: notification });
  await record(feed, notification, known, { new: entryOf() }, expiresAt);
  expect(Object.keys((await read(feed, notification)).entries)).toEqual(["new"]);
});

test("content and taps of one notification have a ledger each", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  const empty = { entries: {}, mark: undefined };
  await record(feed, notification, empty, { phone: entryOf() }, expiresAt);
  await record(feed, stateLedgerKey(notification), empty, { phone: entryOf({ contentVersion: 9 }) }, expiresAt);
  expect((await read(feed, notification)).entries).toEqual({ phone: entryOf() });
  expect((await read(feed, stateLedgerKey(notification))).entries).toEqual({
    phone: entryOf({ contentVersion: 9 }),
  });
});

test("five hundred channels fit one ledger", async () => {
  const { read, record } = ledgersUnderTest();
  const [feed, notification] = [newFeed(), newNotificationId(start)];
  const reason = "r".repeat(60);
  const entries = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${"d".repeat(12)}${index}`, entryOf({ outcome: "busy", reason })]),
  );
  await record(feed, notification, await read(feed, notification), entries, expiresAt);
  expect((await read(feed, notification)).entries).toEqual(entries);
});
