import { expect, test } from "vitest";
import { lookAtOutcomes } from "../../../infra/local/inbox/outcomes-told.ts";
import { nothingTold, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { memoryTable } from "../../support/memory-table.ts";

const now = Date.parse("2026-03-01T12:34:56Z");
const hour = 3_600_000;
const stop = new AbortController().signal;

const entry = (outcome: LedgerEntry["outcome"]): LedgerEntry => ({
  subscriptionId: "phone" as SubscriptionId,
  told: 1,
  version: 1,
  outcome,
  attempts: 1,
  at: now,
});

/** A table in which so many devices were told of notifications, and what is told of that. */
const ledgersUnderTest = () => {
  const deliveries = memoryTable();
  const ledgers = tableLedgers({ deliveries, clock: { now: () => now } });
  return {
    deliveries,
    told: async (feed: string, createdAt: number, made: Partial<typeof nothingTold>) => {
      const id = newNotificationId(createdAt);
      const read = await ledgers.read(feed as FeedKey, id);
      await ledgers.record(feed as FeedKey, id, { read, made: { ...nothingTold, ...made }, expiresAt: now + hour });
    },
    look: async () => (await lookAtOutcomes(deliveries, () => now)(stop)).value!,
  };
};

test("devices are counted by their latest outcome, over all feeds, by what they were told", async () => {
  const { told, look } = ledgersUnderTest();
  await told("ada", now - 1_000, {
    content: { a: entry("delivered"), b: entry("busy") },
    tap: { a: entry("delivered") },
  });
  await told("bob", now - hour / 2, { content: { c: entry("delivered") }, fallback: { c: entry("gave-up") } });
  expect(await look()).toEqual({
    since: "2026-03-01T11:30:00.000Z",
    notifications: 2,
    isCut: false,
    content: { delivered: 2, busy: 1 },
    tap: { delivered: 1 },
    fallback: { "gave-up": 1 },
  });
});

test("notifications from before the hour are not counted", async () => {
  const { told, look } = ledgersUnderTest();
  await told("ada", now - 2 * hour, { content: { a: entry("gone") } });
  expect(await look()).toMatchObject({ notifications: 0, content: {} });
});

test("of more than five hundred notifications so many are counted, and it is said", async () => {
  const { told, look } = ledgersUnderTest();
  for (let count = 0; count < 501; count += 1)
    await told(`feed${count}`, now - 1_000, { content: { a: entry("held") } });
  expect(await look()).toMatchObject({ notifications: 500, isCut: true, content: { held: 500 } });
});
