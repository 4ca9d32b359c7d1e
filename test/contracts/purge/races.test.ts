import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { Ledger, LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { fetchMarkKey } from "../../../shared/feed/fetch-marks.table.ts";
import { hashOf } from "../../../shared/hash.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { draftOf, hostName, newFeed, newUser, rowsOf, start, subscriptionDraftOf } from "../feed/samples.ts";
import { allRows, deletes, justBefore, memoryTables, purgeUnderTest } from "./purge-under-test.ts";

const { hour, minute, day } = milliseconds;
const end = start + day;
const purgedAt = end + hour + 10 * minute;
const ending = { expiresAt: end, displayUntil: end };
const later = { expiresAt: start + 3 * day, displayUntil: start + 3 * day };
const delivered: LedgerEntry = {
  subscriptionId: "laptop" as SubscriptionId,
  told: 1,
  version: 1,
  outcome: "delivered",
  attempts: 1,
  at: start,
};
const nothingTold: Ledger = { content: {}, tap: {}, fallback: {}, mark: undefined };
const made = { content: { tag: delivered }, tap: {}, fallback: {} };

/** A service whose purge is overtaken, once, just before it first makes such a change. */
const overtaken = (table: "feeds" | "deliveries" | "unsids", isMeant: ReturnType<typeof deletes>) => {
  const tables = memoryTables();
  let act = (): Promise<unknown> => Promise.reject(new Error("Say what overtakes the purge."));
  const service = purgeUnderTest(tables, { [table]: justBefore(tables[table], isMeant, () => act()) });
  return { ...service, by: (what: typeof act) => void (act = what) };
};

test("an appNotificationId and a key used again just before their old rows are removed stay, with the new notification", async () => {
  const { by, clock, feed, purge, tables } = overtaken("feeds", deletes("a_"));
  const key = newFeed();
  const once = { key: hashOf("key"), body: hashOf("body") };
  const { notification: old } = await feed.accept(key, draftOf(ending), once);
  clock.at = purgedAt;
  by(() => feed.accept(key, draftOf(later), once));
  expect(await purge()).toMatchObject({ feeds: 1, failed: 0, isMoreLeft: false });

  const repeated = await feed.accept(key, draftOf(later), once);
  expect(repeated).toMatchObject({ isNew: true, notification: { version: old.version + 1 } });
  expect(repeated.notification.id).not.toBe(old.id);
  expect(await feed.find(key, repeated.notification.id)).toMatchObject(later);
  const replaced = await feed.accept(key, draftOf(later));
  expect(replaced).toMatchObject({ isNew: false, notification: { id: repeated.notification.id } });
  expect((await rowsOf(tables.feeds, key, "n_")).map(({ id }) => id)).toEqual([repeated.notification.id]);
});

test("an appNotificationId used again between the purge's two reads stays too: the older of them decides", async () => {
  const tables = memoryTables();
  const { feeds } = tables;
  const key = newFeed();
  let isOver = false;
  const overtake = async (): Promise<void> => {
    if (isOver) return;
    isOver = true;
    await service.feed.accept(key, draftOf(later));
  };
  const service = purgeUnderTest(tables, {
    feeds: {
      ...feeds,
      find: async (...place) => {
        const found = await feeds.find(...place);
        await overtake();
        return found;
      },
      range: async function* (...wanted) {
        yield* feeds.range(...wanted);
        await overtake();
      },
    },
  });
  await service.feed.accept(key, draftOf(ending));
  service.clock.at = purgedAt;
  expect(await service.purge()).toMatchObject({ feeds: 1, failed: 0 });
  expect(isOver).toBe(true);
  expect(await service.feed.accept(key, draftOf(later))).toMatchObject({ isNew: false });
  expect(await rowsOf(feeds, key, "n_")).toHaveLength(1);
});

test("a device that comes back just before its row is removed stays subscribed", async () => {
  const { by, clock, subscriptions, purge } = overtaken("feeds", deletes("s_"));
  const user = newUser();
  const key = feedKeyOf(user, hostName);
  const draft = subscriptionDraftOf();
  const before = await subscriptions.subscribe(user, draft, end);
  clock.at = purgedAt;
  by(() => subscriptions.subscribe(user, draft, start + 3 * day));
  expect(await purge()).toMatchObject({ failed: 0 });
  const { unsid, isNew } = await subscriptions.subscribe(user, draft, start + 3 * day);
  expect(isNew).toBe(false);
  expect(await subscriptions.holderOf(unsid)).toMatchObject({ hostName });
  expect(await subscriptions.holderOf(before.unsid)).toBeUndefined();
  expect(await subscriptions.of(key)).toHaveLength(1);
});

test("a UNSID renewed just before its row is removed stays", async () => {
  const { by, clock, tables, subscriptions, purge } = overtaken("unsids", deletes("u"));
  const { unsid } = await subscriptions.subscribe(newUser(), subscriptionDraftOf(), end);
  const place = { partitionKey: hashOf("unsid", unsid), rowKey: "u" };
  clock.at = purgedAt;
  by(async () => {
    const row = await tables.unsids.find(place.partitionKey, place.rowKey);
    await tables.unsids.write({ kind: "put", row: { ...row, ...place, expiresAt: new Date(start + 3 * day) } });
  });
  expect(await purge()).toMatchObject({ failed: 0, isMoreLeft: false });
  expect(await subscriptions.holderOf(unsid)).toMatchObject({ hostName });
});

test("a ledger that is written to just before it is removed stays", async () => {
  const { by, clock, feed, ledgers, purge } = overtaken("deliveries", deletes(""));
  const key = newFeed();
  const { notification } = await feed.accept(key, draftOf(ending));
  await ledgers.record(key, notification.id, { read: nothingTold, made, expiresAt: end });
  clock.at = purgedAt;
  const newer = { content: { tag: { ...delivered, told: 2, version: 2 } }, tap: {}, fallback: {} };
  by(async () => {
    const read = await ledgers.read(key, notification.id);
    await ledgers.record(key, notification.id, { read, made: newer, expiresAt: later.expiresAt });
  });
  expect(await purge()).toMatchObject({ failed: 0, isMoreLeft: false });
  expect(await ledgers.read(key, notification.id)).toMatchObject(newer);
});

test("a fetch mark put again just before it is removed stays", async () => {
  const { by, clock, feed, tables, purge } = overtaken("feeds", deletes("f_"));
  const key = newFeed();
  const { notification } = await feed.accept(key, draftOf(ending));
  const rowKey = fetchMarkKey({ id: notification.id, contentVersion: 1 }, "phone" as SubscriptionId);
  const mark = (expiresAt: number, contentVersion: number) =>
    tables.feeds.write({
      kind: "put",
      row: { partitionKey: key, rowKey, contentVersion, expiresAt: new Date(expiresAt) },
    });
  await mark(end, 1);
  clock.at = purgedAt;
  by(() => mark(later.expiresAt, 2));
  expect(await purge()).toMatchObject({ failed: 0, isMoreLeft: false });
  expect(await tables.feeds.find(key, rowKey)).toMatchObject({ contentVersion: 2 });
});

test("a feed written to just before its idle head is removed keeps its epoch and goes on counting", async () => {
  const { by, clock, feed, purge } = overtaken("feeds", deletes("h"));
  const key = newFeed();
  const { notification: old } = await feed.accept(key, draftOf(ending));
  clock.at = purgedAt;
  await purge();
  clock.at += day + hour + 10 * minute;
  by(() => feed.accept(key, draftOf({ expiresAt: clock.at + day, displayUntil: clock.at + day })));
  expect(await purge()).toMatchObject({ failed: 0, isMoreLeft: false });
  const { changes, reached } = await feed.delta(key, { top: 10 });
  expect(reached).toEqual({ epoch: old.epoch, version: old.version + 1 });
  expect(changes).toHaveLength(1);
});

test("a head whose last write is less than a day old stays: the user's writes still count", async () => {
  const { clock, feed, purge, tables } = purgeUnderTest(memoryTables());
  const key = newFeed();
  await feed.accept(key, draftOf({ expiresAt: start + hour, displayUntil: start + hour }));
  clock.at = start + 2 * hour + 10 * minute;
  const headOf = async () => (await rowsOf(tables.feeds, key)).find(({ rowKey }) => rowKey === "h");
  const written = await headOf();
  await purge();
  expect(await rowsOf(tables.feeds, key)).toHaveLength(1);
  expect(await headOf()).toMatchObject({
    epoch: written?.epoch,
    version: 1,
    usage: written?.usage,
    stamps: written?.stamps,
  });
});

test("two purges at once remove everything once, and neither fails", async () => {
  const { clock, feed, purge, tables } = purgeUnderTest(memoryTables());
  const keys = Array.from({ length: 5 }, newFeed);
  for (const key of keys)
    for (const name of ["one", "two"]) await feed.accept(key, draftOf({ ...ending, appNotificationId: name }));
  clock.at = purgedAt;
  const runs = await Promise.all([purge(), purge()]);
  expect(runs.map(({ failed }) => failed)).toEqual([0, 0]);
  for (const key of keys) expect((await rowsOf(tables.feeds, key)).map(({ rowKey }) => rowKey)).toEqual(["h"]);
});

test("hundreds of rows go in transactions of a hundred changes", async () => {
  const tables = memoryTables();
  const sizes: number[] = [];
  const { transact } = tables.feeds;
  const counting = {
    ...tables.feeds,
    transact: (changes: Parameters<typeof transact>[0]) => (sizes.push(changes.length), transact(changes)),
  };
  const { clock, feed, purge } = purgeUnderTest(tables, { feeds: counting });
  const key = newFeed();
  for (let index = 0; index < 90; index += 1) {
    await feed.accept(key, draftOf({ ...ending, appNotificationId: `order-${index}` }));
  }
  clock.at = purgedAt;
  expect(await purge()).toMatchObject({ feeds: 1, rows: 270, isMoreLeft: false });
  expect(sizes).toEqual([100, 100, 73]);
  expect((await rowsOf(tables.feeds, key)).map(({ rowKey }) => rowKey)).toEqual(["h"]);
});

test("out of time in the middle of a feed, its hint stays and the next run completes it", async () => {
  const { clock, feed, expired, tables, purge } = purgeUnderTest(memoryTables());
  const key = newFeed();
  for (let index = 0; index < 40; index += 1) {
    await feed.accept(key, draftOf({ ...ending, appNotificationId: `order-${index}` }));
  }
  let asked = 0;
  const removal = { expiredBy: purgedAt, isTimeOver: () => (asked += 1) > 1 };
  expect(await expired.remove({ kind: "feed", feed: key }, removal)).toEqual({ rows: 99, isDone: false });
  expect(await rowsOf(tables.feeds, key)).toHaveLength(1 + 21);
  clock.at = purgedAt;
  expect(await purge()).toMatchObject({ feeds: 1, rows: 21, isMoreLeft: false });
});

test("a feed that is written to all the time is left for the next run, however often the purge comes second", async () => {
  const tables = memoryTables();
  const service = purgeUnderTest(tables);
  const key = newFeed();
  await service.feed.accept(key, draftOf(ending));
  service.clock.at = purgedAt;
  let writes = 0;
  const { transact } = tables.feeds;
  const busy = {
    ...tables.feeds,
    transact: async (changes: Parameters<typeof transact>[0]) => {
      await service.feed.accept(key, draftOf({ ...later, appNotificationId: `another-${(writes += 1)}` }));
      await transact(changes);
    },
  };
  const busyService = purgeUnderTest(tables, { feeds: busy });
  busyService.clock.at = purgedAt;
  expect(await busyService.purge()).toMatchObject({ feeds: 0, rows: 0, failed: 0, isMoreLeft: true });
  expect(writes).toBeLessThan(20);
  expect(await service.purge()).toMatchObject({ feeds: 1, rows: 3, isMoreLeft: false });
  expect(await rowsOf(tables.feeds, key, "n_")).toHaveLength(writes);
});

test("a UNSID that no subscription leads to any more ends all the same", async () => {
  const { clock, subscriptions, purge, tables } = purgeUnderTest(memoryTables());
  const user = newUser();
  const key = feedKeyOf(user, hostName);
  const { subscription } = await subscriptions.subscribe(user, subscriptionDraftOf(), end);
  await tables.feeds.write({ kind: "delete", partitionKey: key, rowKey: `s_${subscription.id}` }); // and then a crash
  expect(await allRows(tables)).not.toEqual([]);
  clock.at = purgedAt;
  await purge();
  expect(await allRows({ ...tables, feeds: tables.apps, expiries: tables.apps })).toEqual([]);
});

test("a feed that fails half way is met again, for its hint stays", async () => {
  const tables = memoryTables();
  const { clock, feed, purge } = purgeUnderTest(tables, {
    deliveries: justBefore(tables.deliveries, deletes(""), () => Promise.reject(new Error("a bug"))),
  });
  const { ledgers } = purgeUnderTest(tables);
  const key = newFeed();
  const { notification } = await feed.accept(key, draftOf(ending));
  await ledgers.record(key, notification.id, { read: nothingTold, made, expiresAt: end });
  clock.at = purgedAt;
  await expect(purge()).rejects.toThrow(AggregateError);
  expect(await purge()).toMatchObject({ feeds: 1, rows: 1, failed: 0, isMoreLeft: false });
  expect(await rowsOf(tables.deliveries, key)).toEqual([]);
});
