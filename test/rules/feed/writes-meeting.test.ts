import { expect, test } from "vitest";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { headKey, headOf } from "../../../shared/feed/rows.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { now } from "../samples.ts";
import { draftWith, feed, limits, rowsIn, twoInstances } from "./writers.ts";
import { checkRows } from "./check-rows.ts";

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
