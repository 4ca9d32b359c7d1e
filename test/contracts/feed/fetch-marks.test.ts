import { expect, test } from "vitest";
import { fetchMarkKey, tableFetchMarks } from "../../../shared/feed/fetch-marks.table.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { newNotificationId, type PlatformType } from "../../../shared/notification/notification.ts";
import type { Table } from "../../../shared/storage/table.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { notificationWith, now, subscriptionId } from "../../rules/samples.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { handClock, newFeed, rowsOf } from "./samples.ts";

const fallback = { delaySeconds: 60, visualContent: { title: "You have mail" } };
const pendingWith = (changes: Partial<Notification> = {}): Notification =>
  notificationWith({ id: newNotificationId(now), fallback, ...changes });
const phone = subscriptionId("phone");

/** A feed with one device, and every request that is made of its table. */
const marksUnderTest = async (platformType: PlatformType = "iOS") => {
  const feed = newFeed();
  const table = memoryTable();
  await table.write({ kind: "insert", row: { partitionKey: feed, rowKey: `s_${phone}`, platformType } });
  const requests: string[] = [];
  const counted: Table = {
    ...table,
    find: (...place) => (requests.push("find"), table.find(...place)),
    write: (change) => (requests.push("write"), table.write(change)),
    transact: (changes) => (requests.push("transact"), table.transact(changes)),
    range: (...where) => (requests.push("range"), table.range(...where)),
  };
  const clock = handClock(now);
  const { fetched, of } = tableFetchMarks({ feeds: counted, clock });
  return {
    clock,
    requests,
    fetched: (notifications: readonly Notification[], device: SubscriptionId = phone) =>
      fetched(feed, device, notifications),
    of: ({ id }: Notification) => of(feed, id),
    subscribe: (device: SubscriptionId) =>
      table.write({ kind: "insert", row: { partitionKey: feed, rowKey: `s_${device}`, platformType } }),
    marks: () => rowsOf(table, feed, "f_"),
  };
};

test("an iOS device that fetches a notification whose alert is pending is marked, until the notification's end", async () => {
  const { fetched, marks } = await marksUnderTest();
  const notification = pendingWith({ contentVersion: 5 });
  await fetched([notification]);
  expect(await marks()).toMatchObject([
    { rowKey: fetchMarkKey(notification, phone), contentVersion: 5, expiresAt: new Date(notification.expiresAt) },
  ]);
});

test("who has fetched which content is told with one request, by its newest, in whatever order that was noted", async () => {
  const { fetched, of, subscribe, requests } = await marksUnderTest();
  const [tablet, watch] = [subscriptionId("tablet_-9"), subscriptionId("watch")];
  await subscribe(tablet);
  await subscribe(watch);
  const [notification, other] = [pendingWith({ contentVersion: 9 }), pendingWith({ contentVersion: 20 })];
  await fetched([notification]);
  await fetched([{ ...notification, contentVersion: 10 }], tablet);
  await fetched([{ ...notification, contentVersion: 9 }], tablet); // as when it was read before, and its writing hung
  await fetched([other], watch);
  requests.length = 0;
  expect(await of(notification)).toEqual(new Map([[phone, 9], [tablet, 10]])); // prettier-ignore
  expect(requests).toEqual(["range"]);
  expect(await of(pendingWith())).toEqual(new Map());
});

test.each<[string, Partial<Notification>]>([
  ["has no fallback", { fallback: null }],
  ["is to be alerted an hour ago", { contentAt: now - 3_660_000 }],
  ["ends before its alert is due", { expiresAt: now + 60_000 }],
  ["was deleted", { status: "deleted" }],
  ["was dismissed", { userActionState: "dismissed" }],
  ["has expired", { expiresAt: now }],
])("a notification that %s costs no request and leaves no mark", async (_, changes) => {
  const { fetched, marks, requests } = await marksUnderTest();
  await fetched([pendingWith(changes)]);
  expect(requests).toEqual([]);
  expect(await marks()).toEqual([]);
});

test("until an hour after the delay fetching counts, for an alert may be late, and after that no more", async () => {
  const { fetched, marks, clock } = await marksUnderTest();
  clock.at = now + 3_660_000;
  const lasting = { expiresAt: now + 7_200_000 };
  await fetched([pendingWith(lasting)]);
  expect(await marks()).toEqual([]);
  clock.at -= 1;
  await fetched([pendingWith(lasting)]);
  expect(await marks()).toHaveLength(1);
});

test.each(["Windows", "Android", "WebPush"] as const)(
  "a device on %s is not marked: no alert is due to it",
  async (type) => {
    const { fetched, marks } = await marksUnderTest(type);
    await fetched([pendingWith()]);
    expect(await marks()).toEqual([]);
  },
);

test("a device that is subscribed no more is not marked", async () => {
  const { fetched, marks } = await marksUnderTest();
  await fetched([pendingWith()], subscriptionId("gone"));
  expect(await marks()).toEqual([]);
});

test("a whole page is two requests, those that are not pending left out and one that comes twice marked once", async () => {
  const { fetched, marks, requests } = await marksUnderTest();
  const pending = Array.from({ length: 99 }, () => pendingWith());
  await fetched([...pending, pendingWith({ fallback: null }), ...pending.slice(0, 1)]);
  expect(requests).toEqual(["find", "transact"]);
  expect(await marks()).toHaveLength(99);
});
