import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { DeltaPage } from "../../../shared/feed/feed.ts";
import type { Mark } from "../../../shared/feed/mark.ts";
import { Problem } from "../../../shared/problem.ts";
import type { StoredRow, Table } from "../../../shared/storage/table.ts";
import { feedInMemory, feedOver, fill, type FeedInMemory } from "./feed-in-memory.ts";
import { draftOf, rowsOf, start } from "./samples.ts";

const versionsOf = ({ changes }: DeltaPage): number[] => changes.map(({ version }) => version);

/** One pass from a mark, or from the beginning: the versions of each page, and the mark it ends at. */
const pass = async (
  { delta, feed }: Pick<FeedInMemory, "delta" | "feed">,
  top: number,
  since?: Mark,
): Promise<{ pages: number[][]; end: Mark }> => {
  const pages: number[][] = [];
  let page = await delta(feed, { top, ...(since && { since }) });
  for (;;) {
    pages.push(versionsOf(page));
    if (page.isLast) return { pages, end: page.reached };
    page = await delta(feed, { top, since: page.reached, until: page.until });
  }
};

describe("a delta", () => {
  test("from the beginning has all there is in the order of its changes; from a mark what changed since, and then nothing", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 4);
    await memory.change(memory.feed, [made[1]!.id], { readState: "read" });
    const first = await pass(memory, 100);
    expect(first).toEqual({ pages: [[1, 3, 4, 5]], end: { epoch: expect.any(String), version: 5 } });
    await memory.change(memory.feed, [made[0]!.id, made[2]!.id], { userActionState: "dismissed" });
    const second = await pass(memory, 100, first.end);
    expect(second).toEqual({ pages: [[6, 7]], end: { ...first.end, version: 7 } });
    expect(await pass(memory, 100, second.end)).toEqual({ pages: [[]], end: second.end });
  });

  test("comes in pages, the last of which says so, and none is empty", async () => {
    const memory = feedInMemory();
    await fill(memory, 6);
    expect((await pass(memory, 2)).pages).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect((await pass(memory, 4)).pages).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    expect((await pass(memory, 6)).pages).toEqual([[1, 2, 3, 4, 5, 6]]);
  });

  test("tells a deletion once, as a tombstone without content, until the notification's expiry", async () => {
    const memory = feedInMemory();
    const draft = draftOf({ groupName: "secret group", payload: { rawContent: "secret" } });
    const { notification } = await memory.accept(memory.feed, draft);
    const { end } = await pass(memory, 100);
    await memory.remove(memory.feed, notification.id);
    const { changes } = await memory.delta(memory.feed, { top: 100, since: end });
    expect(changes).toMatchObject([{ id: notification.id, status: "deleted", version: 2 }]);
    expect(JSON.stringify(changes)).not.toContain("secret");
    expect((await pass(memory, 100)).pages).toEqual([[2]]);
    memory.clock.at = notification.id ? draft.expiresAt : 0;
    expect(await pass(memory, 100, end)).toEqual({ pages: [[]], end: { ...end, version: 2 } });
  });

  test("tells a client that what it knows is gone when a replacement it missed has expired sooner, until the end it was told", async () => {
    const memory = feedInMemory();
    const { notification } = await memory.accept(memory.feed, draftOf());
    const { end } = await pass(memory, 100);
    await memory.accept(memory.feed, draftOf({ expiresAt: start + milliseconds.minute }));
    memory.clock.at = start + milliseconds.minute;
    await memory.list(memory.feed, { top: 20, matches: () => true }); // it trips over the expired row, and takes it away
    const gone = { id: notification.id, status: "deleted", version: 2 };
    expect((await memory.delta(memory.feed, { top: 100, since: end })).changes).toEqual([gone]);
    memory.clock.at = notification.expiresAt;
    expect((await memory.delta(memory.feed, { top: 100, since: end })).changes).toEqual([]);
  });

  test("ends at the state in which the pass began, however many write meanwhile; the next pass has the rest", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 5);
    const first = await memory.delta(memory.feed, { top: 2 });
    await memory.change(memory.feed, [made[2]!.id, made[0]!.id], { readState: "read" });
    await fill(memory, 1, () => ({ appNotificationId: "newer" }));
    const second = await memory.delta(memory.feed, { top: 2, since: first.reached, until: first.until });
    expect([first, second].map(versionsOf)).toEqual([
      [1, 2],
      [4, 5],
    ]);
    expect(second).toMatchObject({ isLast: true, reached: first.until });
    expect((await pass(memory, 100, second.reached)).pages).toEqual([[6, 7, 8]]);
  });

  test("leaves out what changes between the reading of the log and of the notification: the next pass has it", async () => {
    const memory = feedInMemory();
    const made = await fill(memory, 3);
    let isFirst = true;
    const late = async function* (rows: AsyncIterable<StoredRow>): AsyncIterable<StoredRow> {
      yield* rows;
      if (isFirst) await memory.change(memory.feed, [made[1]!.id], { readState: "read" });
      isFirst = false;
    };
    const slow: Table = { ...memory.table, range: (...where) => late(memory.table.range(...where)) };
    const reader = { ...feedOver(slow, memory.clock), feed: memory.feed };
    const first = await pass(reader, 100);
    expect(first).toMatchObject({ pages: [[1, 3]], end: { version: 3 } });
    expect((await pass(reader, 100, first.end)).pages).toEqual([[4]]);
  });

  test("of a feed nobody has written to is empty, and its mark the beginning of whatever comes", async () => {
    const memory = feedInMemory();
    const { pages, end } = await pass(memory, 100);
    expect(pages).toEqual([[]]);
    expect(end.version).toBe(0);
    await fill(memory, 2);
    expect((await pass(memory, 100, end)).pages).toEqual([[1, 2]]);
  });

  test("has a hundred changes in a page, read beside one another in a bounded number", async () => {
    const memory = feedInMemory();
    await fill(memory, 100);
    let [now, most] = [0, 0];
    const watched: Table = {
      ...memory.table,
      find: async (...where) => {
        most = Math.max(most, (now += 1));
        try {
          return await memory.table.find(...where);
        } finally {
          now -= 1;
        }
      },
    };
    const { changes } = await feedOver(watched, memory.clock).delta(memory.feed, { top: 100 });
    expect(changes).toHaveLength(100);
    expect(most).toBe(25);
  });

  test("reads no more than a thousand rows of a log full of what has expired, and goes on", async () => {
    const memory = feedInMemory();
    const lastsLong = (index: number): boolean => index >= 1_100;
    await fill(memory, 1_102, (index) => ({
      expiresAt: start + (lastsLong(index) ? 2 * milliseconds.day : milliseconds.day),
    }));
    memory.clock.at = start + milliseconds.day;
    memory.table.take();
    const first = await memory.delta(memory.feed, { top: 100 });
    const { rows } = memory.table.take();
    expect(rows).toBeLessThanOrEqual(1 + 1_000 + 25); // the head, the log, and the sweep's own
    expect(first).toMatchObject({ changes: [], isLast: false, reached: { version: 1_000 } });
    const rest = { top: 100, since: first.reached, until: first.until };
    expect(versionsOf(await memory.delta(memory.feed, rest))).toEqual([1_101, 1_102]);
  });
});

describe("a mark of another life of the feed", () => {
  const isGone = { kind: "gone", message: expect.stringContaining("start over") };
  const goneOf = async ({ delta, feed }: FeedInMemory, since: Mark, until?: Mark): Promise<unknown> =>
    delta(feed, { top: 10, since, ...(until && { until }) }).catch((error: unknown) => error);
  const deleteAll = async ({ table, feed }: FeedInMemory): Promise<void> => {
    for (const { rowKey } of await rowsOf(table, feed)) {
      await table.write({ kind: "delete", partitionKey: feed, rowKey });
    }
  };

  test("is gone once all rows were deleted, and stays so when the feed is made anew", async () => {
    const memory = feedInMemory();
    await fill(memory, 3);
    const { end } = await pass(memory, 100);
    await deleteAll(memory);
    expect(await goneOf(memory, end)).toBeInstanceOf(Problem);
    expect(await goneOf(memory, end)).toMatchObject(isGone);
    await fill(memory, 5);
    expect(await goneOf(memory, end)).toMatchObject(isGone);
    const anew = await pass(memory, 100);
    expect(anew.pages).toEqual([[1, 2, 3, 4, 5]]);
    expect(await goneOf(memory, anew.end, { ...end, version: 5 })).toMatchObject(isGone);
  });

  test("is gone when the feed has not come so far: it was restored", async () => {
    const memory = feedInMemory();
    await fill(memory, 3);
    const { end } = await pass(memory, 100);
    expect(await goneOf(memory, { ...end, version: 4 })).toMatchObject(isGone);
    expect(await goneOf(memory, end, { ...end, version: 4 })).toMatchObject(isGone);
  });
});
