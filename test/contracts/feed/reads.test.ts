import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { ListRequest } from "../../../shared/feed/feed.ts";
import type { Notification, NotificationId } from "../../../shared/notification/notification.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { feedInMemory, feedOver, fill, nobody, versionsOf, type FeedInMemory } from "./feed-in-memory.ts";
import { draftOf, start } from "./samples.ts";

const all = (): boolean => true;

/** Follows `next` to the end: the versions of each page. */
const pagesOf = async (
  { list, feed }: Pick<FeedInMemory, "list" | "feed">,
  request: Omit<ListRequest, "after">,
): Promise<number[][]> => {
  const pages: number[][] = [];
  for (let after: NotificationId | undefined; ;) {
    const page = await list(feed, { ...request, ...(after !== undefined && { after }) });
    pages.push(versionsOf(page));
    if (page.next === undefined) return pages;
    after = page.next;
  }
};

describe("one notification", () => {
  test("is found while it lives; deleted, only by who asks for tombstones too, and without content", async () => {
    const { accept, remove, find, findAny, feed } = feedInMemory();
    const { notification } = await accept(
      feed,
      draftOf({ groupName: "secret group", payload: { rawContent: "secret" } }),
    );
    expect(await find(feed, notification.id)).toMatchObject({ payload: { rawContent: "secret" } });
    await remove(feed, notification.id);
    expect(await find(feed, notification.id)).toBeUndefined();
    const tombstone = await findAny(feed, notification.id);
    expect(tombstone).toMatchObject({ id: notification.id, status: "deleted", version: 2 });
    expect(JSON.stringify(tombstone)).not.toContain("secret");
  });

  test("is found by its id in any case, and nothing by what is no id or nobody's", async () => {
    const { accept, find, findAny, feed } = feedInMemory();
    const { notification } = await accept(feed, draftOf());
    expect(await find(feed, notification.id.toUpperCase() as NotificationId)).toMatchObject({ id: notification.id });
    for (const id of [nobody, "", "x", "../h", "n_0", `${notification.id}~`] as NotificationId[]) {
      expect(await findAny(feed, id)).toBeUndefined();
    }
  });

  test("that has expired is found by nobody, tombstone or not, but by who asks what is stored until another trips over it", async () => {
    const { accept, remove, find, findAny, findStored, feed, clock } = feedInMemory();
    const expiresAt = start + milliseconds.hour;
    const { notification: live } = await accept(feed, draftOf({ appNotificationId: "live", expiresAt }));
    const { notification: dead } = await accept(feed, draftOf({ appNotificationId: "dead", expiresAt }));
    await remove(feed, dead.id);
    clock.at = expiresAt - 1;
    expect([await findAny(feed, live.id), await findAny(feed, dead.id)]).toHaveLength(2);
    clock.at = expiresAt;
    for (const { id } of [live, dead]) {
      for (const _ of ["once", "and again"]) {
        expect(await findStored(feed, id)).toMatchObject({ id, status: id === dead.id ? "deleted" : "active" });
      }
      expect(await find(feed, id)).toBeUndefined();
      expect(await findAny(feed, id)).toBeUndefined();
      expect(await findStored(feed, id)).toBeUndefined();
    }
  });
});

describe("a list", () => {
  test("is newest first, by creation and not by change, and goes on where the page before ended", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 5);
    await memory.change(memory.feed, [made[0]!.id], { readState: "read" });
    expect(await pagesOf(memory, { top: 2, matches: all })).toEqual([[5, 4], [3, 2], [6]]);
    expect(await pagesOf(memory, { top: 5, matches: all })).toEqual([[5, 4, 3, 2, 6]]);
    expect(await pagesOf(memory, { top: 100, matches: all })).toEqual([[5, 4, 3, 2, 6]]);
  });

  test("of a feed nobody has written to is empty", async () => {
    expect(await pagesOf(feedInMemory(), { top: 20, matches: all })).toEqual([[]]);
  });

  test("has neither what was deleted nor what has expired, and no empty page behind for their sake", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 8, (index) => ({ expiresAt: start + (index === 4 ? 1_000 : milliseconds.day) }));
    for (const index of [0, 1, 6]) await memory.remove(memory.feed, made[index]!.id);
    memory.clock.at = start + 1_000;
    expect(await pagesOf(memory, { top: 2, matches: all })).toEqual([
      [8, 6],
      [4, 3],
    ]);
  });

  test("has all that match, however they lie, and nothing else", async () => {
    const memory = feedInMemory();
    await fill(memory, 60, (index) => ({ groupName: index % 7 === 0 ? "seventh" : null }));
    const matches = ({ groupName }: Notification): boolean => groupName === "seventh";
    expect(await pagesOf(memory, { top: 4, matches })).toEqual([[57, 50, 43, 36], [29, 22, 15, 8], [1]]);
  });

  test("goes on rightly when what the last page ended with was deleted meanwhile, and newer ones came", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 4);
    const { next } = await memory.list(memory.feed, { top: 2, matches: all });
    expect(next).toBe(made[2]!.id);
    await memory.remove(memory.feed, next!);
    await fill(memory, 1, () => ({ appNotificationId: "newer" }));
    expect(versionsOf(await memory.list(memory.feed, { top: 2, matches: all, after: next! }))).toEqual([2, 1]);
  });

  test("reads no more than a thousand rows, and then tells where to go on", async () => {
    const memory = feedInMemory();
    await fill(memory, 1_100, (index) => ({ groupName: index < 3 ? "old" : null }));
    const matches = ({ groupName }: Notification): boolean => groupName === "old";
    memory.table.take();
    const page = await memory.list(memory.feed, { top: 2, matches });
    expect(page).toMatchObject({ notifications: [], next: expect.any(String) });
    const { rows, ranges } = memory.table.take();
    expect(rows).toBe(1_000);
    expect(ranges).toBeLessThan(15);
    expect(await pagesOf(memory, { top: 2, matches })).toEqual([[], [3, 2], [1]]);
  });
});

describe("what has expired and is tripped over", () => {
  const aFeedWithExpired = async (): Promise<FeedInMemory & { kept: string[] }> => {
    const memory = feedInMemory();
    await fill(memory, 6, (index) => ({ expiresAt: start + (index % 2 === 0 ? 1_000 : milliseconds.day) }));
    memory.clock.at = start + 1_000;
    return { ...memory, kept: ["c_0000000002", "c_0000000004", "c_0000000006"] };
  };
  const head = ({ table, feed }: FeedInMemory) => table.find(feed, "h");

  test("by a list is deleted, with its change rows, through the head; no version moves", async () => {
    const memory = await aFeedWithExpired();
    const before = await head(memory);
    expect(await pagesOf(memory, { top: 20, matches: all })).toEqual([[6, 4, 2]]);
    expect(await memory.keys("n_")).toHaveLength(3);
    expect(await memory.keys("c_")).toEqual(memory.kept);
    const { etag, ...after } = (await head(memory))!;
    expect(etag).not.toBe(before?.etag);
    expect(after).toMatchObject({
      epoch: before?.epoch,
      version: 6,
      stamps: before?.stamps,
      usage: before?.usage,
    });
  });

  test("by a delta is deleted likewise", async () => {
    const memory = await aFeedWithExpired();
    const { changes } = await memory.delta(memory.feed, { top: 20 });
    expect(changes.map(({ version }) => version)).toEqual([2, 4, 6]);
    expect(await memory.keys("n_")).toHaveLength(3);
    expect(await memory.keys("c_")).toEqual(memory.kept);
  });

  test("by who asks for one is deleted, and only that", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 3, () => ({ expiresAt: start + 1_000 }));
    memory.clock.at = start + 1_000;
    expect(await memory.find(memory.feed, made[1]!.id)).toBeUndefined();
    expect(await memory.keys("c_")).toEqual(["c_0000000001", "c_0000000003"]);
    expect(await memory.keys("n_")).toHaveLength(2);
  });

  test("is posted again as something new, also by a writer whose clock is behind", async () => {
    const memory = feedInMemory();
    const [old] = await fill(memory, 1, () => ({ expiresAt: start + 1_000 }));
    memory.clock.at = start + 1_000;
    await memory.list(memory.feed, { top: 20, matches: all });
    memory.clock.at = start + 500;
    const { isNew, notification } = await memory.accept(memory.feed, draftOf({ appNotificationId: "order-0" }));
    expect(isNew).toBe(true);
    expect(notification.id).not.toBe(old!.id);
    expect(await pagesOf(memory, { top: 20, matches: all })).toEqual([[2]]);
    expect(await memory.keys("c_")).toEqual(["c_0000000002"]);
  });

  test("is deleted up to a bounded number at a time, in one transaction", async () => {
    const memory = feedInMemory();
    await fill(memory, 30, () => ({ expiresAt: start + 1_000 }));
    memory.clock.at = start + 1_000;
    memory.table.take();
    await memory.list(memory.feed, { top: 100, matches: all });
    expect(memory.table.take()).toEqual({ finds: 25, ranges: 1, transactions: 1, rows: 30 + 25 });
    expect(await memory.keys("n_")).toHaveLength(6);
    expect(await memory.keys("c_")).toHaveLength(6);
  });

  test("stays when a writer was first, and the read has its answer all the same", async () => {
    const memory = await aFeedWithExpired();
    const slow: Table = {
      ...memory.table,
      transact: async (changes) => {
        // Between the sweep's reading and its writing somebody else posts.
        await memory.accept(memory.feed, draftOf({ appNotificationId: crypto.randomUUID() }));
        await memory.table.transact(changes);
      },
    };
    const reader = feedOver(slow, memory.clock);
    expect(versionsOf(await reader.list(memory.feed, { top: 20, matches: all }))).toEqual([6, 4, 2]);
    expect(await memory.keys("n_")).toHaveLength(7);
  });

  test.each(["find", "transact"] as const)("harms no read when the store fails it on %s", async (method) => {
    const memory = await aFeedWithExpired();
    const failing: Table = {
      ...memory.table,
      [method]: () => Promise.reject(new Unavailable("Table storage", { cause: undefined })),
    };
    const reader = feedOver(failing, memory.clock);
    expect(versionsOf(await reader.list(memory.feed, { top: 20, matches: all }))).toEqual([6, 4, 2]);
    expect(await memory.keys("n_")).toHaveLength(6);
  });
});

test("a list of 20 and a delta of 20 cost the same in a feed of 3,000 as in one of 30", async () => {
  const costs = async (count: number) => {
    const memory = feedInMemory();
    await fill(memory, count);
    const newest = await memory.list(memory.feed, { top: 20, matches: all });
    memory.table.take();
    await memory.list(memory.feed, { top: 20, matches: all });
    const list = memory.table.take();
    await memory.list(memory.feed, { top: 5, matches: all, after: newest.next! });
    const nextPage = memory.table.take();
    const first = await memory.delta(memory.feed, { top: 20 });
    const delta = memory.table.take();
    await memory.delta(memory.feed, { top: 5, since: first.reached, until: first.until });
    const nextDelta = memory.table.take();
    const since = { ...first.until, version: first.until.version - 20 };
    expect((await memory.delta(memory.feed, { top: 20, since })).isLast).toBe(true);
    const lastDelta = memory.table.take();
    await memory.delta(memory.feed, { top: 20, since: first.until });
    return { list, nextPage, delta, nextDelta, lastDelta, nothingNew: memory.table.take() };
  };
  const small = await costs(30);
  expect(small).toEqual({
    list: { finds: 0, ranges: 1, transactions: 0, rows: 21 },
    nextPage: { finds: 0, ranges: 1, transactions: 0, rows: 6 },
    delta: { finds: 21, ranges: 1, transactions: 0, rows: 1 + 21 + 20 },
    nextDelta: { finds: 6, ranges: 1, transactions: 0, rows: 1 + 6 + 5 },
    lastDelta: { finds: 21, ranges: 1, transactions: 0, rows: 1 + 20 + 20 },
    nothingNew: { finds: 1, ranges: 0, transactions: 0, rows: 1 },
  });
  expect(await costs(3_000)).toEqual(small);
});
