import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { Feed } from "../../../shared/feed/feed.ts";
import { tableFeed } from "../../../shared/feed/feed.table.ts";
import { newNotificationId } from "../../../shared/notification/notification.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { draftOf, handClock, limits, newFeed, rowsOf, start } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

/** A feed as one instance of the service sees it. */
const feedUnderTest = (
  feeds: Table = azurite.tables.feeds,
): Pick<Feed, "accept" | "find"> & { clock: ReturnType<typeof handClock> } => {
  const clock = handClock();
  return { clock, ...tableFeed({ feeds, hints: tableExpiryHints(azurite.tables.expiries), clock, limits }) };
};
const versionsLogged = async (feed: FeedKey): Promise<number[]> =>
  (await rowsOf(azurite.tables.feeds, feed, "c_")).map(({ rowKey }) => Number(rowKey.slice(2)));

test("what was accepted is found as it was told, unread, at the feed's first version", async () => {
  const { accept, find } = feedUnderTest();
  const feed = newFeed();
  const draft = draftOf({
    groupName: 'it\'s "a" group',
    payload: { rawContent: "raw", visualContent: { title: "Hello", body: "" } },
    platformTypes: ["iOS", "WebPush"],
    priority: "Low",
    fallback: { delaySeconds: 60, visualContent: { title: "Later" } },
  });
  const { notification, isNew } = await accept(feed, draft);
  expect(isNew).toBe(true);
  expect(notification).toMatchObject({ ...draft, createdAt: start, modifiedAt: null, status: "active" });
  expect(notification).toMatchObject({ readState: "unread", userActionState: "noInteraction", version: 1 });
  expect(await find(feed, notification.id)).toEqual(notification);
});

test("the same appNotificationId replaces: id and creation stay, content and version move", async () => {
  const { accept, find, clock } = feedUnderTest();
  const feed = newFeed();
  const first = await accept(feed, draftOf({ groupName: "old" }));
  await accept(feed, draftOf({ appNotificationId: "another" }));
  clock.at += milliseconds.minute;
  const { notification, isNew } = await accept(feed, draftOf({ payload: { rawContent: "news" } }));
  expect(isNew).toBe(false);
  expect(notification).toMatchObject({
    id: first.notification.id,
    createdAt: start,
    modifiedAt: start + milliseconds.minute,
    status: "updated",
    groupName: null,
    payload: { rawContent: "news" },
    version: 3,
    contentVersion: 3,
    epoch: first.notification.epoch,
  });
  expect(await find(feed, notification.id)).toEqual(notification);
  expect(await versionsLogged(feed)).toEqual([2, 3]);
});

test("an expired notification is not found, and its appNotificationId begins a new one", async () => {
  const { accept, find, clock } = feedUnderTest();
  const feed = newFeed();
  const { notification: old } = await accept(feed, draftOf({ expiresAt: start + 1_000 }));
  clock.at = start + 999;
  expect(await find(feed, old.id)).toEqual(old);
  clock.at = start + 1_000;
  expect(await find(feed, old.id)).toBeUndefined();
  const { notification, isNew } = await accept(feed, draftOf());
  expect(isNew).toBe(true);
  expect(notification.id).not.toBe(old.id);
  expect(notification.version).toBe(2);
});

test("what nobody posted, or somebody else's, is not found", async () => {
  const { accept, find } = feedUnderTest();
  const { notification } = await accept(newFeed(), draftOf());
  expect(await find(newFeed(), notification.id)).toBeUndefined();
  expect(await find(newFeed(), newNotificationId(start))).toBeUndefined();
});

test("twenty who write to a new feed at once all succeed: one epoch, versions without gaps, nothing lost", async () => {
  // Two instances of the service, ten requests each.
  const instances = [feedUnderTest(), feedUnderTest()];
  const feed = newFeed();
  const accepted = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      instances[index % 2]!.accept(feed, draftOf({ appNotificationId: `order-${index}` })),
    ),
  );
  const notifications = accepted.map(({ notification }) => notification);
  const oneToTwenty = Array.from({ length: 20 }, (_, index) => index + 1);
  expect(new Set(notifications.map(({ epoch }) => epoch)).size).toBe(1);
  expect(notifications.map(({ version }) => version).sort((a, b) => a - b)).toEqual(oneToTwenty);
  expect(await versionsLogged(feed)).toEqual(oneToTwenty);
  for (const notification of notifications) {
    expect(await instances[0]!.find(feed, notification.id)).toEqual(notification);
  }
});

test("of those who post the same appNotificationId at once one makes it and the others replace it", async () => {
  const { accept, find } = feedUnderTest();
  const feed = newFeed();
  const accepted = await Promise.all(
    Array.from({ length: 8 }, (_, index) => accept(feed, draftOf({ payload: { rawContent: `text ${index}` } }))),
  );
  expect(new Set(accepted.map(({ notification }) => notification.id)).size).toBe(1);
  expect(accepted.filter(({ isNew }) => isNew).map(({ notification }) => notification.version)).toEqual([1]);
  const last = accepted.find(({ notification }) => notification.version === 8);
  expect(await find(feed, last!.notification.id)).toEqual(last?.notification);
});

test.each([
  ["letters", "x".repeat(65_000)],
  ["characters of two halves", "🦓".repeat(16_000)],
  ["characters of two halves, one off", `x${"🦓".repeat(16_000)}`],
  ["quotes and control characters", `"\\\n\u0000\u2028`.repeat(6_000)],
  ["half characters", "\ud83e\ud800\udc00 \udd93".repeat(2_000)],
])("64 KiB of %s survive", async (_, rawContent) => {
  const { accept, find } = feedUnderTest();
  const feed = newFeed();
  const { notification } = await accept(feed, draftOf({ payload: { rawContent } }));
  expect((await find(feed, notification.id))?.payload.rawContent === rawContent).toBe(true);
});

/** The hours under which a feed is named for the purge. */
const hintsOf = async (feed: FeedKey): Promise<string[]> => {
  const hours: string[] = [];
  for await (const { partitionKey, rowKey } of azurite.tables.expiries.all()) {
    if (rowKey === feed) hours.push(partitionKey);
  }
  return hours.sort();
};

test("a write that fails after its hint leaves the hint, never a notification without one", async () => {
  const feed = newFeed();
  const { feeds } = azurite.tables;
  const failing: Table = { ...feeds, transact: () => Promise.reject(new Error("died here")) };
  await expect(feedUnderTest(failing).accept(feed, draftOf())).rejects.toThrow("died here");
  expect(await rowsOf(feeds, feed)).toEqual([]);
  expect(await hintsOf(feed)).toEqual([`2026-02-01T13_${feed.slice(0, 1)}`]);
});

test("a feed is named once for each hour in which something expires, in the hour that follows", async () => {
  const { accept } = feedUnderTest();
  const feed = newFeed();
  const expiries = ["2026-02-01T11:00:00.000Z", "2026-02-01T11:59:59.999Z", "2026-02-01T12:00:00.000Z"];
  for (const expiry of expiries) await accept(feed, draftOf({ expiresAt: Date.parse(expiry) }));
  const shard = feed.slice(0, 1);
  expect(await hintsOf(feed)).toEqual([`2026-02-01T12_${shard}`, `2026-02-01T13_${shard}`]);
});

test("a hint that could not be written is written the next time", async () => {
  const feed = newFeed();
  const { feeds, expiries } = azurite.tables;
  let isDown = true;
  const failing: Table = {
    ...expiries,
    write: (change) => (isDown ? Promise.reject(new Error("down")) : expiries.write(change)),
  };
  const { accept } = tableFeed({ feeds, hints: tableExpiryHints(failing), clock: handClock(), limits });
  await expect(accept(feed, draftOf())).rejects.toThrow("down");
  isDown = false;
  await accept(feed, draftOf());
  expect(await hintsOf(feed)).toHaveLength(1);
});
