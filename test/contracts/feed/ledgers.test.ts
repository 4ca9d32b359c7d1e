import { afterAll, beforeAll, expect, test } from "vitest";
import {
  nothingTold,
  type Entries,
  type Ledger,
  type LedgerEntry,
  type Told,
} from "../../../shared/delivery/ledger.ts";
import { tableLedgers } from "../../../shared/delivery/ledgers.table.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { countingTable } from "../../support/counting-table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { handClock, newFeed, start } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const expiresAt = start + 1_000;
const entryOf = (more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  subscriptionId: "laptop" as SubscriptionId,
  told: 1,
  version: more.told ?? 1,
  outcome: "delivered",
  attempts: 1,
  at: start,
  ...more,
});
/** Of a device that no other run tells. */
const another = (told: number): LedgerEntry => entryOf({ told, subscriptionId: `phone-${told}` as SubscriptionId });
const contentOf = (content: Entries): Told => ({ ...nothingTold, content });

/** The ledger of a notification of its own. A lost race costs no time, but a tenth of a second by its clock. */
const ledgerUnderTest = (over: (table: Table) => Table = (table) => table) => {
  const deliveries = countingTable(over(azurite.tables.deliveries));
  const clock = handClock();
  const pause = (): Promise<void> => Promise.resolve(void (clock.at += 100));
  const reports: string[] = [];
  const report = (sentence: string): void => void reports.push(sentence);
  const ledgers = tableLedgers({ deliveries, clock, pause, report });
  const [feed, id] = [newFeed(), newNotificationId(start)];
  return {
    deliveries,
    reports,
    /** Somebody else's row, or a former build's, stands where this ledger should be. */
    stands: (values: Readonly<Record<string, string>>) => {
      const row = { partitionKey: feed, rowKey: id, expiresAt: new Date(expiresAt), ...values };
      return azurite.tables.deliveries.write({ kind: "put", row });
    },
    read: (): Promise<Ledger> => ledgers.read(feed, id),
    record: (read: Ledger, made: Told) => ledgers.record(feed, id, { read, made, expiresAt }),
    remove: () => azurite.tables.deliveries.write({ kind: "delete", partitionKey: feed, rowKey: id }),
  };
};
const nobody = new Set();

test("a notification nobody was told of has an empty ledger", async () => {
  expect(await ledgerUnderTest().read()).toEqual({ ...nothingTold, mark: undefined });
});

test("what was recorded is read again, content and taps with all their particulars", async () => {
  const { read, record } = ledgerUnderTest();
  const earlier = [
    { outcome: "busy", reason: "429", at: start - 2_000 },
    { outcome: "held", at: start - 3_000 },
  ] as const;
  const made = {
    content: {
      done: entryOf(),
      waiting: entryOf({ outcome: "busy", reason: "503 slow down", attempts: 3, notBefore: start + 5_000, earlier }),
    },
    tap: { done: entryOf({ told: 9 }) },
    fallback: { waiting: entryOf({ outcome: "busy", notBefore: start + 5_000 }) },
  };
  expect(await record(await read(), made)).toEqual(nobody);
  const ledger = await read();
  expect(ledger).toEqual({ ...made, mark: expect.any(String) as string });
  await record(ledger, contentOf({ waiting: entryOf({ attempts: 4 }) }));
  expect(await read()).toMatchObject({ ...made, content: { done: entryOf(), waiting: entryOf({ attempts: 4 }) } });
});

test("what a run made is recorded with one write and nothing read, for a new ledger and an old one", async () => {
  const { deliveries, read, record } = ledgerUnderTest();
  for (const told of [1, 2]) {
    const known = await read();
    deliveries.take();
    await record(known, { content: { tag: entryOf({ told }) }, tap: { tag: entryOf({ told }) }, fallback: {} });
    expect(deliveries.take()).toEqual({ finds: 0, ranges: 0, transactions: 1, rows: 0 });
  }
});

test("runs that record at once, for a new ledger or an old one, all keep what they did", async () => {
  const { read, record } = ledgerUnderTest();
  for (const round of [0, 1]) {
    const known = await read();
    const runs = Array.from({ length: 4 }, (_, run) => ({ [`${round}-${run}`]: entryOf({ attempts: run + 1 }) }));
    const crossed = await Promise.all(runs.map((entries) => record(known, contentOf(entries))));
    expect(crossed).toEqual([nobody, nobody, nobody, nobody]);
  }
  const { content } = await read();
  expect(Object.keys(content).sort()).toEqual(["0-0", "0-1", "0-2", "0-3", "1-0", "1-1", "1-2", "1-3"]);
});

test.each([
  ["the newer run recorded first", 2, 1],
  ["the older run recorded first", 1, 2],
])(
  "two runs told a channel two versions, %s: the later learns of it after one more reading, and leaves the newest entry open",
  async (_, first, second) => {
    const { deliveries, read, record } = ledgerUnderTest();
    const known = await read();
    const made = (told: number): Told => contentOf({ tag: entryOf({ told }), [`only-${told}`]: another(told) });
    expect(await record(known, made(first))).toEqual(nobody);
    deliveries.take();
    expect(await record(known, made(second))).toEqual(new Set(["tag"]));
    expect(deliveries.take()).toEqual({ finds: 1, ranges: 0, transactions: 2, rows: 1 });
    const { content } = await read();
    expect(content).toEqual({
      tag: entryOf({ told: 2, notBefore: 0 }),
      "only-1": another(1),
      "only-2": another(2),
    });
  },
);

test("a tap and content of two versions cross each other, too", async () => {
  const { read, record } = ledgerUnderTest();
  const known = await read();
  await record(known, { ...nothingTold, tap: { tag: entryOf({ told: 9 }) } });
  expect(await record(known, contentOf({ tag: entryOf({ told: 8 }) }))).toEqual(new Set(["tag"]));
});

/** A table whose next writes take effect, but with their answers lost: the client's own repeats find the rows changed. */
const losingAnswers =
  (isLost: () => boolean) =>
  (table: Table): Table => ({
    ...table,
    write: async (change) => {
      await table.write(change);
      if (isLost()) throw new RowConflict("The row was changed meanwhile.");
    },
  });

test("a run whose write took effect, and whose answer was lost, is not crossed by itself", async () => {
  let lost = 1;
  const { read, record } = ledgerUnderTest(losingAnswers(() => (lost -= 1) >= 0));
  expect(await record(await read(), contentOf({ tag: entryOf() }))).toEqual(nobody);
  expect((await read()).content).toEqual({ tag: entryOf() });
});

test("a run that was crossed still says so when the answer to its write was lost, and leaves the entry open", async () => {
  const isLost = [false, true, false];
  const { read, record } = ledgerUnderTest(losingAnswers(() => isLost.shift() ?? false));
  const known = await read();
  await record(known, contentOf({ tag: entryOf({ told: 1 }) }));
  expect(await record(known, contentOf({ tag: entryOf({ told: 2 }) }))).toEqual(new Set(["tag"]));
  expect((await read()).content).toEqual({ tag: entryOf({ told: 2, notBefore: 0 }) });
});

test("a ledger that changes under the writer for five seconds is unavailable, and what was there stays", async () => {
  const { deliveries, read, record } = ledgerUnderTest((table) => ({
    ...table,
    write: () => Promise.reject(new RowConflict("The row was changed meanwhile.")),
  }));
  await expect(record(await read(), contentOf({ tag: entryOf() }))).rejects.toThrow(Unavailable);
  expect(deliveries.take()).toMatchObject({ transactions: 51 });
});

test("a ledger that was removed since it was read is begun anew", async () => {
  const { read, record, remove } = ledgerUnderTest();
  await record(await read(), contentOf({ old: entryOf() }));
  const known = await read();
  await remove();
  await record(known, contentOf({ new: entryOf() }));
  expect(Object.keys((await read()).content)).toEqual(["new"]);
});

test.each<[string, Record<string, string>]>([
  ["of a build that knew entries only", { entries0: JSON.stringify({ tag: { contentVersion: 1, outcome: "busy" } }) }],
  [
    "of a build that knows another outcome",
    { told0: JSON.stringify(contentOf({ tag: entryOf() })).replace("delivered", "seen") },
  ],
  ["cut off", { told0: '{"content":{"tag":' }],
])("a row that is %s counts as empty, is told of once, and is written over", async (_, values) => {
  const { reports, stands, read, record } = ledgerUnderTest();
  await stands(values);
  expect(await read()).toEqual({ ...nothingTold, mark: expect.any(String) as string });
  await record(await read(), contentOf({ tag: entryOf() }));
  expect((await read()).content).toEqual({ tag: entryOf() });
  expect(reports).toEqual([expect.stringContaining('in the table "deliveries" is malformed')]);
});

test("a row that becomes unreadable between the reading and the recording is written over, too", async () => {
  const { stands, read, record } = ledgerUnderTest();
  await record(await read(), contentOf({ old: entryOf() }));
  const known = await read();
  await stands({ told0: "?" });
  expect(await record(known, contentOf({ new: entryOf() }))).toEqual(nobody);
  expect((await read()).content).toEqual({ new: entryOf() });
});

test("five hundred channels fit one ledger", async () => {
  const { read, record } = ledgerUnderTest();
  const reason = "r".repeat(60);
  const content = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${"d".repeat(12)}${index}`, entryOf({ outcome: "busy", reason })]),
  );
  await record(await read(), contentOf(content));
  expect((await read()).content).toEqual(content);
});
