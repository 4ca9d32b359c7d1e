import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { draftOf, handClock, newFeed, rowsOf, start } from "./samples.ts";

let served: TablesUnderTest;
beforeAll(async () => {
  served = await startTablesUnderTest();
});
afterAll(() => served.stop());

describe.each([
  { where: "in memory", tables: () => ({ feeds: memoryTable(), expiries: memoryTable() }) },
  { where: "served", tables: () => served.tables },
])("a preview, $where,", ({ tables }) => {
  const feedUnderTest = (limits = { per5Minutes: 100, perDay: 8_000 }) => {
    const { feeds, expiries }: { feeds: Table; expiries: Table } = tables();
    const clock = handClock();
    const feed = newFeed();
    const rows = async () => [await rowsOf(feeds, feed), await rowsOf(expiries, feed)];
    return { clock, feed, rows, ...tableFeed({ feeds, hints: tableExpiryHints(expiries), clock, limits }) };
  };

  test("of what is new is what accept then makes of it, but for names made up, and nothing is there after it", async () => {
    const { preview, accept, feed, rows } = feedUnderTest();
    const draft = draftOf({ groupName: "orders", fallback: { delaySeconds: 60, visualContent: { title: "Later" } } });
    const previewed = await preview(feed, draft);
    expect((await rows()).flat()).toEqual([]);
    const { notification, isNew } = await accept(feed, draft);
    const { id, epoch } = notification;
    expect({ ...previewed.notification, id, epoch }).toEqual(notification);
    expect([previewed.isNew, isNew, previewed.notification.id === id]).toEqual([true, true, false]);
  });

  test("of what replaces has the id that lives, its creation and the next version; the live one stays as it was", async () => {
    const { preview, accept, find, feed, clock, rows } = feedUnderTest();
    const { notification: live } = await accept(feed, draftOf());
    clock.at += milliseconds.minute;
    const before = await rows();
    const previewed = await preview(feed, draftOf({ payload: { rawContent: "news" } }));
    expect(await rows()).toEqual(before);
    expect(await find(feed, live.id)).toEqual(live);
    const { notification, isNew } = await accept(feed, draftOf({ payload: { rawContent: "news" } }));
    expect(previewed).toEqual({ notification, isNew, acceptedAt: clock.at });
    expect(isNew).toBe(false);
  });

  test("finds nothing to replace in what was deleted or has ended", async () => {
    const { preview, accept, remove, feed, clock } = feedUnderTest();
    const { notification } = await accept(feed, draftOf());
    await remove(feed, notification.id);
    expect((await preview(feed, draftOf())).isNew).toBe(true);
    await accept(feed, draftOf({ expiresAt: start + milliseconds.minute }));
    clock.at += milliseconds.minute;
    expect((await preview(feed, draftOf())).isNew).toBe(true);
  });

  test("is refused as a write would be, and however often it is asked makes nobody's write too many", async () => {
    const { preview, accept, feed } = feedUnderTest({ per5Minutes: 2, perDay: 8_000 });
    for (let look = 1; look <= 5; look += 1) await preview(feed, draftOf());
    await accept(feed, draftOf());
    await accept(feed, draftOf());
    const refused = { kind: "busy", retryAfterSeconds: 300 };
    await expect(preview(feed, draftOf())).rejects.toMatchObject(refused);
    await expect(accept(feed, draftOf())).rejects.toMatchObject(refused);
  });
});
