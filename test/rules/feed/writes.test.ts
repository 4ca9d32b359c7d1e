import fc from "fast-check";
import { expect, test } from "vitest";
import { milliseconds, type Clock } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { Once } from "../../../shared/feed/feed.ts";
import { fullFeeds } from "../../../shared/feed/full-feeds.ts";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { aliasOf, changeKey, headKey, headOf, notificationOf } from "../../../shared/feed/rows.ts";
import {
  newNotificationId,
  type Notification,
  type NotificationDraft,
  type NotificationId,
} from "../../../shared/notification/notification.ts";
import { RowConflict, type StoredRow, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { notificationWith, now } from "../samples.ts";

const feed = "feed" as FeedKey;
const limits = { per5Minutes: 1_000, perDay: 10_000 };

/** Two instances of the service on one table; the second one's clock is behind. */
const twoInstances = (feeds: Table) => {
  const clock = { at: now };
  const instance = (behind: number) => {
    const own: Clock = { now: () => clock.at - behind };
    return feedWrites({ feeds, hints: { note: () => Promise.resolve() }, clock: own, limits });
  };
  return { clock, instances: [instance(0), instance(1_500)] as const };
};

const rowsIn = async (table: Table): Promise<StoredRow[]> => {
  const rows: StoredRow[] = [];
  for await (const row of table.all()) rows.push(row);
  return rows;
};

const draftWith = (more: Partial<NotificationDraft>): NotificationDraft => {
  const { targetHostName, payload, platformTypes, priority, displayUntil } = notificationWith();
  const expiresAt = now + milliseconds.hour;
  const plain = { targetHostName, payload, platformTypes, priority, displayUntil, expiresAt };
  return { ...plain, appNotificationId: "order-1", groupName: null, fallback: null, ...more };
};

type Step = { readonly by: 0 | 1 } & (
  | { readonly kind: "accept"; readonly name: number; readonly livesMs: number; readonly key: number | undefined }
  | { readonly kind: "change"; readonly which: readonly number[]; readonly change: { readState: "read" | "unread" } }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "wait"; readonly ms: number }
);
const by = fc.constantFrom(0 as const, 1 as const);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    by,
    kind: fc.constant("accept" as const),
    name: fc.nat(2),
    livesMs: fc.constantFrom(1_000, 10_000, 3_600_000),
    key: fc.option(fc.nat(3), { nil: undefined }),
  }),
  fc.record({
    by,
    kind: fc.constant("change" as const),
    which: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
    change: fc.record({ readState: fc.constantFrom("read" as const, "unread" as const) }),
  }),
  fc.record({ by, kind: fc.constant("remove" as const), which: fc.nat(9) }),
  fc.record({ by, kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 900, 5_000) }),
);

/** A feed, and what its writers were told. */
const feedUnderTest = (table = memoryTable()) => {
  const { clock, instances } = twoInstances(table);
  const ids: NotificationId[] = [];
  const told: Notification[] = [];
  const deletedContent: string[] = [];
  let texts = 0;

  const take = async (step: Step): Promise<void> => {
    const instance = instances[step.by];
    switch (step.kind) {
      case "wait":
        clock.at += step.ms;
        return;
      case "accept": {
        const rawContent = `content number ${(texts += 1)}.`;
        const name = { appNotificationId: `order-${step.name}`, groupName: `group of ${rawContent}` };
        const draft = draftWith({ ...name, payload: { rawContent }, expiresAt: clock.at + step.livesMs });
        // The name is a part of the body: another one under the same key would be a conflict.
        const once: Once | undefined =
          step.key === undefined ? undefined : { key: `key-${step.key}-${step.name}`, body: "body" };
        const { notification } = await instance.accept(feed, draft, once);
        if ("contentVersion" in notification) told.push(notification as Notification); // a repeat has no more to tell
        ids.push(notification.id);
        return;
      }
      case "change": {
        const marked = step.which.map((index) => ids[index] ?? ("nobody's" as NotificationId));
        const result = await instance.change(feed, marked, step.change);
        expect(result.map((notification, index) => notification?.id ?? marked[index])).toEqual(marked);
        told.push(...result.filter((notification) => notification !== undefined));
        return;
      }
      case "remove": {
        const id = ids[step.which];
        if (!id) return;
        const before = (await rowsIn(table)).find((row) => row.id === id && row.rowKey.startsWith("n_"));
        const { rawContent } = before ? notificationOf(before).payload : {};
        const tombstone = await instance.remove(feed, id);
        if (tombstone) told.push(tombstone);
        if (tombstone && rawContent !== undefined) deletedContent.push(rawContent);
      }
    }
  };
  return { table, take, told, deletedContent };
};

const checkRows = async (table: Table, deletedContent: readonly string[]): Promise<void> => {
  const rows = await rowsIn(table);
  const of = (prefix: string): StoredRow[] => rows.filter(({ rowKey }) => rowKey.startsWith(prefix));
  const headFound = rows.find(({ rowKey }) => rowKey === headKey);
  if (!headFound) return;
  const { version, at } = headOf(headFound);
  const notifications = of("n_").map(notificationOf);

  // The log has one row for each notification, at its version.
  const logged = of("c_").map(({ rowKey, id }) => [rowKey, id]);
  const expected = notifications.map((notification) => [changeKey(notification.version), notification.id]);
  expect(logged.sort()).toEqual(expected.sort());
  expect(Math.max(...notifications.map((notification) => notification.version))).toBeLessThanOrEqual(version);

  // What lives has its alias, and no other alias lives.
  const live = notifications.filter(({ status, expiresAt }) => status !== "deleted" && expiresAt > at);
  const aliases = of("a_")
    .map(aliasOf)
    .filter(({ expiresAt }) => expiresAt > at);
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  const expectedAliases = live.map(({ id, expiresAt, knownUntil, version }) => ({
    id,
    expiresAt,
    knownUntil,
    version,
  }));
  expect(aliases.sort(byId)).toEqual(expectedAliases.sort(byId));

  // What was deleted is nowhere, and what an Idempotency-Key left behind says nothing of any content.
  const everything = JSON.stringify(rows);
  for (const text of deletedContent) expect(everything).not.toContain(text);
  expect(JSON.stringify(of("k_"))).not.toContain("content number");
};

/** Of all writers together: each version was given once, to one notification, and none was left out. */
const checkVersions = async (table: Table, told: readonly Notification[]): Promise<void> => {
  const rows = await rowsIn(table);
  const head = rows.find(({ rowKey }) => rowKey === headKey);
  const given = new Map<number, NotificationId>();
  for (const { id, version } of told) {
    expect(given.get(version) ?? id).toBe(id);
    given.set(version, id);
  }
  const highest = head ? headOf(head).version : 0;
  expect([...given.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: highest }, (_, index) => index + 1));
};

test("whatever is written in whatever order: versions have no gaps, the log and the aliases are exact, deleted content is nowhere", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 25 }), async (taken) => {
      const { table, take, told, deletedContent } = feedUnderTest();
      for (const step of taken) {
        await take(step);
        await checkRows(table, deletedContent);
      }
      await checkVersions(table, told);
    }),
    { numRuns: 150 },
  );
});

test("the same is true of writers who meet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(steps, { maxLength: 4 }), { maxLength: 4 }), async (rounds) => {
      const { table, take, told } = feedUnderTest();
      for (const round of rounds) {
        await Promise.all(round.map(take));
        await checkRows(table, []);
      }
      await checkVersions(table, told);
    }),
    { numRuns: 40 },
  );
});

test("a writer whose answers are lost is told the same as one who hears them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 8 }), async (taken) => {
      const memory = memoryTable();
      const deaf: Table = {
        ...memory,
        transact: async (changes) => {
          await memory.transact(changes);
          throw new RowConflict("The request was sent again, and met what it had done itself.");
        },
      };
      const [lost, heard] = [feedUnderTest(deaf), feedUnderTest()];
      for (const step of taken) {
        await lost.take(step);
        await heard.take(step);
      }
      const plain = ({ id: _, epoch: __, ...rest }: Notification) => rest;
      expect(lost.told.map(plain)).toEqual(heard.told.map(plain));
      await checkVersions(memory, lost.told);
    }),
    { numRuns: 25 },
  );
});

test("a writer whose answer is lost knows its own success also when others have written since", async () => {
  const memory = memoryTable();
  const use = { hints: { note: () => Promise.resolve() }, clock: { now: () => now }, limits };
  const other = feedWrites({ ...use, feeds: memory });
  let hasLost = false;
  const deaf: Table = {
    ...memory,
    transact: async (changes) => {
      await memory.transact(changes);
      if (hasLost) return;
      hasLost = true;
      for (let index = 0; index < 5; index += 1)
        await other.accept(feed, draftWith({ appNotificationId: `other-${index}` }));
      throw new RowConflict("The request was sent again, and met what it had done itself.");
    },
  };
  const accepted = await feedWrites({ ...use, feeds: deaf }).accept(feed, draftWith({ appNotificationId: "mine" }));
  expect(accepted).toMatchObject({ isNew: true, notification: { version: 1 } });
  const head = await memory.find(feed, headKey);
  expect(head && headOf(head).version).toBe(6);
});

test("a writer whose row is newer than the head read beside it decides anew, for a transaction changes a row once", async () => {
  const memory = memoryTable();
  const use = { hints: { note: () => Promise.resolve() }, clock: { now: () => now }, limits };
  const other = feedWrites({ ...use, feeds: memory });
  const { notification } = await other.accept(feed, draftWith({}));
  let isLate = false;
  // The head is read first, and then, once, another writer comes between it and the row beside it.
  const late: Table = {
    ...memory,
    find: async (partitionKey, rowKey) => {
      if (rowKey !== headKey && isLate) {
        isLate = false;
        await other.accept(feed, draftWith({}));
      }
      return memory.find(partitionKey, rowKey);
    },
  };
  const { accept, change, remove } = feedWrites({ ...use, feeds: late });
  const afterAnother = async <T>(write: () => Promise<T>): Promise<T> => {
    isLate = true;
    return write();
  };
  expect(await afterAnother(() => accept(feed, draftWith({})))).toMatchObject({ notification: { version: 3 } });
  expect(await afterAnother(() => change(feed, [notification.id], { readState: "read" }))).toMatchObject([
    { version: 5 },
  ]);
  expect(await afterAnother(() => remove(feed, notification.id))).toMatchObject({ version: 7 });
});

test("a feed known to be full costs a refused POST no write, under a key either; a repeat still comes through", async () => {
  const noted: number[] = [];
  const hints = { note: (_: unknown, at: number) => Promise.resolve(void noted.push(at)) };
  const use = { feeds: memoryTable(), hints, clock: { now: () => now }, limits: { per5Minutes: 1, perDay: 1 } };
  const { accept } = feedWrites(use);
  const first = await accept(feed, draftWith({}), { key: "k", body: "b" });
  const post = (index: number) =>
    accept(feed, draftWith({ expiresAt: now + index * milliseconds.day }), { key: `other-${index}`, body: "b" });
  await expect(post(1)).rejects.toMatchObject({ kind: "busy" }); // how it becomes known
  const before = noted.length;
  for (let index = 2; index < 6; index += 1) await expect(post(index)).rejects.toMatchObject({ kind: "busy" });
  expect(noted).toHaveLength(before);
  expect(await accept(feed, draftWith({}), { key: "k", body: "b" })).toMatchObject({ acceptedAt: first.acceptedAt });
});

test("what expired for one instance lives for none whose clock is behind: two never share an appNotificationId", async () => {
  const table = memoryTable();
  const { clock, instances } = twoInstances(table);
  const [ahead, behind] = instances;
  const { notification: old } = await ahead.accept(feed, draftWith({ expiresAt: now + 1_000 }));
  clock.at += 1_000;
  const { notification } = await ahead.accept(feed, draftWith({}));
  expect(notification.id).not.toBe(old.id);
  expect(await behind.change(feed, [old.id], { readState: "read" })).toEqual([undefined]);
  expect(await behind.remove(feed, old.id)).toBeUndefined();
  expect(await behind.accept(feed, draftWith({}))).toMatchObject({
    isNew: false,
    notification: { id: notification.id },
  });
  await checkRows(table, []);
});

test("a call for many that was admitted goes through whole, though another write is refused meanwhile", async () => {
  const use = { feeds: memoryTable(), hints: { note: () => Promise.resolve() }, clock: { now: () => now } };
  const unlimited = feedWrites({ ...use, limits });
  const ids: NotificationId[] = [];
  for (let index = 0; index < 30; index += 1) {
    const { notification } = await unlimited.accept(feed, draftWith({ appNotificationId: `order-${index}` }));
    ids.push(notification.id);
  }
  const limited = feedWrites({ ...use, limits: { per5Minutes: 31, perDay: 31 } });
  const changed = limited.change(feed, ids, { readState: "read" });
  await expect(limited.accept(feed, draftWith({}))).rejects.toMatchObject({ kind: "busy" }); // in line after the first part
  expect((await changed).map((notification) => notification?.readState)).toEqual(ids.map(() => "read"));
});

test("a call that always counts is counted once, also for nothing and for what nobody knows; another one is not", async () => {
  const table = memoryTable();
  const noted: number[] = [];
  const hints = { note: (_: unknown, at: number) => Promise.resolve(void noted.push(at)) };
  const use = { feeds: table, hints, clock: { now: () => now }, limits: { per5Minutes: 2, perDay: 2 } };
  const { change } = feedWrites(use);
  const unknown = Array.from({ length: 60 }, () => newNotificationId(now));
  expect(await change(feed, [unknown[0]!], { readState: "read" })).toEqual([undefined]);
  expect(await table.find(feed, headKey)).toBeUndefined();
  expect(await change(feed, unknown, { readState: "read" }, { countsAlways: true })).toEqual(
    unknown.map(() => undefined),
  );
  // The head that it made is found by the purge. The feed's life is told afterwards, with the same time.
  expect(new Set(noted)).toEqual(new Set([now + milliseconds.day]));
  expect(await change(feed, [], { readState: "read" }, { countsAlways: true })).toEqual([]);
  await expect(change(feed, [], { readState: "read" }, { countsAlways: true })).rejects.toMatchObject({ kind: "busy" });
});

/** A table whose rows with this prefix are read at once, and its others only when somebody says so. */
const withHeldReads = (table: Table, prefix: string) => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const find: Table["find"] = async (partitionKey, rowKey) => {
    if (!rowKey.startsWith(prefix)) await released;
    return table.find(partitionKey, rowKey);
  };
  return {
    table: { ...table, find },
    release: () => {
      release();
    },
  };
};

test("rows that were read before the head, and changed before it was, are read again", async () => {
  const table = memoryTable();
  const use = { hints: { note: () => Promise.resolve() }, clock: { now: () => now }, limits };
  const other = feedWrites({ ...use, feeds: table });
  await other.accept(feed, draftWith({ appNotificationId: "before" }));

  const early = withHeldReads(table, "a_");
  const slow = feedWrites({ ...use, feeds: early.table }).accept(feed, draftWith({}));
  const { notification, isNew } = await other.accept(feed, draftWith({}));
  early.release();
  expect(isNew).toBe(true);
  expect(await slow).toMatchObject({ isNew: false, notification: { id: notification.id, version: 3 } });
  await checkRows(table, []);

  const late = withHeldReads(table, "n_");
  const slower = feedWrites({ ...use, feeds: late.table }).change(feed, [notification.id], { readState: "read" });
  await other.remove(feed, notification.id);
  late.release();
  expect(await slower).toEqual([undefined]);
  await checkRows(table, []);
});

test("who always finds somebody else first gives up after five seconds, and has written nothing", async () => {
  const memory = memoryTable();
  let tries = 0;
  const transact = (): Promise<void> => {
    tries += 1;
    clock.at += 2_000;
    return Promise.reject(new RowConflict("Somebody was first."));
  };
  const { clock, instances } = twoInstances({ ...memory, transact });
  await expect(instances[0].accept(feed, draftWith({}))).rejects.toThrow(Unavailable);
  expect(tries).toBe(3);
  expect(await rowsIn(memory)).toEqual([]);
});

test("who waited for ten seconds behind a hanging write is told so, and asks the store nothing", async () => {
  const memory = memoryTable();
  let reads = 0;
  const find: Table["find"] = async (...keys) => {
    reads += 1;
    clock.at = now + 10_001;
    return memory.find(...keys);
  };
  const {
    clock,
    instances: [instance],
  } = twoInstances({ ...memory, find });
  const first = instance.accept(feed, draftWith({}));
  const second = instance.accept(feed, draftWith({}));
  await first;
  const readsOfFirst = reads;
  await expect(second).rejects.toThrow(Unavailable);
  expect(reads).toBe(readsOfFirst);
  expect(await instance.accept(feed, draftWith({}))).toMatchObject({ isNew: false });
});

test("of many full feeds each is remembered until its time, and one forgotten is only asked for again", () => {
  const clock = { at: now, now: () => clock.at };
  const full = fullFeeds(clock);
  const feeds = Array.from({ length: 10_001 }, (_, index) => `feed ${index}` as FeedKey);
  for (const one of feeds) full.found(one, now + 1_001);
  const isRefused = (one: FeedKey): boolean => {
    try {
      full.check(one);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ kind: "busy", retryAfterSeconds: 2 });
      return true;
    }
  };
  expect([feeds[0]!, feeds[10_000]!].map(isRefused)).toEqual([false, true]);
  clock.at += 1_001;
  expect(isRefused(feeds[10_000]!)).toBe(false);
});
