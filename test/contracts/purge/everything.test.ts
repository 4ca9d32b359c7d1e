import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { Ledger, Told } from "../../../shared/delivery/ledger.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { aliasKey, notificationKey } from "../../../shared/feed/rows.ts";
import { hashOf } from "../../../shared/hash.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { draftOf, hostName, newUser, start, subscriptionDraftOf } from "../feed/samples.ts";
import { allRows, memoryTables, purgeUnderTest } from "./purge-under-test.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const { hour, minute, day } = milliseconds;
const end = start + day;
/** When the hour of the end is over, and with it the time in which what was under way may still write. */
const purgedAt = end + hour + 10 * minute;

const token = "0123456789abcdef".repeat(4);
const phone = subscriptionDraftOf({
  platformType: "iOS",
  deviceId: "a-phone-of-mine",
  displayName: "My own phone",
  channel: { kind: "apns", token, bundleId: "com.contoso.app", environment: "production" },
});
const nothingTold: Ledger = { content: {}, tap: {}, fallback: {}, mark: undefined };
const deliveredTo = ({ id, channelTag }: Subscription): Told => {
  const entry = { subscriptionId: id, told: 1, version: 1, outcome: "delivered", attempts: 1, at: start } as const;
  return { content: { [channelTag]: entry }, tap: { [channelTag]: entry }, fallback: { [channelTag]: entry } };
};

/** One of everything that a feed can hold, and all the words by which any of it could be known again. */
const makeEverything = async ({ feed, subscriptions, fetchMarks, ledgers }: ReturnType<typeof purgeUnderTest>) => {
  const user = newUser();
  const key = feedKeyOf(user, hostName);
  const { subscription, unsid } = await subscriptions.subscribe(user, phone, end);
  const draft = draftOf({
    appNotificationId: "order-of-mine",
    groupName: "a-group-of-mine",
    payload: { rawContent: "words that were mine", visualContent: { title: "a title of mine" } },
    fallback: { delaySeconds: 60, visualContent: { title: "a fallback of mine" } },
    expiresAt: end,
    displayUntil: end,
  });
  const once = { key: hashOf("key of mine"), body: hashOf("body of mine") };
  const {
    notification: { id },
  } = await feed.accept(key, draft, once);
  const {
    notification: { id: deletedId },
  } = await feed.accept(key, { ...draft, appNotificationId: "deleted-of-mine" });
  await feed.change(key, [id], { readState: "read" });
  await feed.remove(key, deletedId);
  const found = await feed.find(key, id);
  if (!found) throw new Error("The notification is not found.");
  await fetchMarks.fetched(key, subscription.id, [found]);
  for (const told of [id, deletedId]) {
    await ledgers.record(key, told, { read: nothingTold, made: deliveredTo(subscription), expiresAt: end });
  }
  const words = [
    ...["words that were mine", "a title of mine", "a fallback of mine", "a-group-of-mine", "order-of-mine"],
    ...[id, deletedId, notificationKey(id), notificationKey(deletedId), aliasKey("order-of-mine")],
    ...[once.key, once.body, subscription.id, hashOf("unsid", unsid), phone.deviceId, "My own phone", user.objectId],
  ];
  return { user, key, words, id };
};

const textOf = async (tables: Tables): Promise<string> =>
  (await allRows(tables)).map((row) => JSON.stringify(row)).join("\n");

test.each([
  ["in memory", () => memoryTables()],
  ["in Azurite", () => azurite.tables],
])(
  "after its end nothing of a notification, a device or their names remains, and a day later nothing at all: tables %s",
  async (_, tablesOf) => {
    const tables = tablesOf();
    const service = purgeUnderTest(tables);
    const { clock, purge, feed } = service;
    const { key, words, id } = await makeEverything(service);
    const before = await textOf(tables);
    for (const word of words) expect(before).toContain(word);
    for (const kind of ["f_", "c_0", "s_", "k_", "u"]) expect(before).toContain(`"rowKey":"${kind}`); // which a feed's key may begin with, too
    expect(before).not.toContain(token);

    clock.at = end;
    expect(await feed.findAny(key, id)).toBeUndefined(); // and is not wholly removed by that
    clock.at = Math.floor(purgedAt / hour) * hour + 10 * minute - 1;
    expect(await purge()).toMatchObject({ feeds: 0, rows: 0 });
    clock.at += 1;
    expect(await purge()).toMatchObject({ failed: 0, lagSeconds: 0, isMoreLeft: false });
    const after = await textOf(tables);
    for (const word of words) expect(after).not.toContain(word);
    expect((await allRows(tables)).map(({ rowKey }) => rowKey).sort()).toEqual([key, "h"].sort()); // the head, and when to look at it again

    clock.at += day + hour + 10 * minute;
    await purge();
    expect(await allRows(tables)).toEqual([]);
  },
);

test("what lives on in the same feed is whole after the purge", async () => {
  const service = purgeUnderTest(memoryTables());
  const { clock, purge, feed, subscriptions, ledgers } = service;
  const { key, user } = await makeEverything(service);
  const later = draftOf({ appNotificationId: "lives-on", expiresAt: start + 3 * day, displayUntil: start + 3 * day });
  const once = { key: hashOf("another key"), body: hashOf("another body") };
  clock.at = end - hour;
  const { notification } = await feed.accept(key, later, once);
  const { unsid } = await subscriptions.subscribe(user, { ...phone, deviceId: "another" }, start + 3 * day);
  const made = deliveredTo((await subscriptions.of(key))[0]!);
  await ledgers.record(key, notification.id, { read: nothingTold, made, expiresAt: later.expiresAt });

  clock.at = purgedAt;
  await purge();
  expect(await feed.find(key, notification.id)).toMatchObject({ ...later, version: notification.version });
  expect((await feed.list(key, { top: 10, matches: () => true })).notifications).toHaveLength(1);
  expect(await feed.accept(key, later, once)).toMatchObject({ isNew: true, notification: { id: notification.id } });
  expect(await subscriptions.holderOf(unsid)).toMatchObject({ hostName });
  expect(await subscriptions.of(key)).toHaveLength(1);
  expect(await ledgers.read(key, notification.id)).toMatchObject(made);
  const { changes } = await feed.delta(key, { top: 10 });
  expect(changes.map(({ id }) => id)).toEqual([notification.id]);
});

test("a feed that was purged away and is written to again shares no mark with its earlier life", async () => {
  const service = purgeUnderTest(memoryTables());
  const { clock, purge, feed } = service;
  const { key } = await makeEverything(service);
  const { reached: since } = await feed.delta(key, { top: 10 });
  for (const at of [purgedAt, purgedAt + 2 * day]) {
    clock.at = at;
    await purge();
  }
  const draft = draftOf({ expiresAt: clock.at + day, displayUntil: clock.at + day });
  const { notification } = await feed.accept(key, draft);
  expect(notification.version).toBe(1);
  expect(notification.epoch).not.toBe(since.epoch);
  await expect(feed.delta(key, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });
});
