import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { fullFeeds } from "../../../shared/feed/full-feeds.ts";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { headKey } from "../../../shared/feed/rows.ts";
import { newNotificationId, type NotificationId } from "../../../shared/notification/notification.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { now } from "../samples.ts";
import { draftWith, feed, limits } from "./writers.ts";

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
