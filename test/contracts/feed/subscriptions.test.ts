import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { handClock, hostName, newUser, rowsOf, start, subscriptionDraftOf } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const dataKey = (id: string): DataKey => ({ id, key: randomBytes(32) });
const firstKey = dataKey("k1");
const inAMonth = start + 30 * milliseconds.day;

const subscriptionsUnderTest = (
  keys: [DataKey, ...DataKey[]] = [firstKey],
): Subscriptions & { clock: ReturnType<typeof handClock> } => {
  const { feeds, unsids, expiries } = azurite.tables;
  const clock = handClock();
  const hints = tableExpiryHints(expiries);
  return { clock, ...tableSubscriptions({ feeds, unsids, hints, cipher: dataCipher(keys), clock }) };
};

test("a new subscription has a UNSID of at least 128 bits, which names its user and app", async () => {
  const { subscribe, holderOf } = subscriptionsUnderTest();
  const user = newUser();
  const { subscription, unsid, isNew } = await subscribe(user, subscriptionDraftOf(), inAMonth);
  expect(isNew).toBe(true);
  expect(Buffer.from(unsid, "base64url").byteLength).toBeGreaterThanOrEqual(16);
  expect(subscription).toMatchObject({ deviceId: "laptop", displayName: "Edge on laptop", expiresAt: inAMonth });
  expect(await holderOf(unsid)).toMatchObject({ ...user, hostName, feed: feedKeyOf(user, hostName) });
});

test("the live subscriptions of a feed come back as they were made, another user's or app's not among them", async () => {
  const { subscribe, of, clock } = subscriptionsUnderTest();
  const user = newUser();
  const named = await subscribe(user, subscriptionDraftOf({ deviceId: "ž'\"🦓" }), inAMonth);
  const unnamed = await subscribe(
    user,
    subscriptionDraftOf({ deviceId: "phone", displayName: null, notificationType: "NoNotification" }),
    inAMonth,
  );
  await subscribe(user, subscriptionDraftOf({ deviceId: "short-lived" }), start + 1_000);
  await subscribe(user, subscriptionDraftOf({ targetHostName: "other.contoso.com" }), inAMonth);
  await subscribe(newUser(), subscriptionDraftOf(), inAMonth);
  clock.at += 1_000;
  const found = await of(feedKeyOf(user, hostName));
  const plain = found.map(({ stored: _, ...subscription }) => subscription);
  expect(plain).toHaveLength(2);
  expect(plain).toEqual(expect.arrayContaining([named.subscription, unnamed.subscription]));
});

test("the same device renews: its UNSID stays, channel and expiry are new", async () => {
  const { subscribe, of, holderOf, clock } = subscriptionsUnderTest();
  const user = newUser();
  const first = await subscribe(user, subscriptionDraftOf(), start + milliseconds.day);
  clock.at += milliseconds.hour;
  const draft = subscriptionDraftOf({ displayName: "Edge, renamed" });
  const renewed = await subscribe(user, draft, inAMonth);
  expect(renewed).toMatchObject({ isNew: false, unsid: first.unsid });
  expect(renewed.subscription.channelTag).not.toBe(first.subscription.channelTag);
  expect(await of(feedKeyOf(user, hostName))).toMatchObject([{ channel: draft.channel, expiresAt: inAMonth }]);
  clock.at = inAMonth - 1;
  expect(await holderOf(first.unsid)).toMatchObject(user);
});

test("a device whose subscription expired begins anew, and the old UNSID names nobody", async () => {
  const { subscribe, holderOf, of, clock } = subscriptionsUnderTest();
  const user = newUser();
  const old = await subscribe(user, subscriptionDraftOf(), start + 1_000);
  clock.at = start + 1_000;
  expect(await holderOf(old.unsid)).toBeUndefined();
  expect(await of(feedKeyOf(user, hostName))).toEqual([]);
  const { unsid, isNew } = await subscribe(user, subscriptionDraftOf(), inAMonth);
  expect(isNew).toBe(true);
  expect(unsid).not.toBe(old.unsid);
  expect(await holderOf(old.unsid)).toBeUndefined();
  expect(await holderOf(unsid)).toMatchObject(user);
});

test("a device that subscribes many times at once gets one UNSID, which works", async () => {
  const instances = [subscriptionsUnderTest(), subscriptionsUnderTest()];
  const user = newUser();
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => instances[index % 2]!.subscribe(user, subscriptionDraftOf(), inAMonth)),
  );
  const unsids = new Set(answers.map(({ unsid }) => unsid));
  expect(unsids.size).toBe(1);
  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(await instances[0]!.holderOf([...unsids][0]!)).toMatchObject(user);
  expect(await instances[0]!.of(feedKeyOf(user, hostName))).toHaveLength(1);
});

test("a forgotten channel is gone, its device and UNSID are not, and subscribing again brings a channel back", async () => {
  const { subscribe, forgetChannel, holderOf, of } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const { subscription, unsid } = await subscribe(user, subscriptionDraftOf(), inAMonth);
  const [kept] = await of(feed);
  await forgetChannel(feed, kept!);
  const { stored: _, ...forgotten } = (await of(feed))[0]!;
  expect(forgotten).toEqual({ ...subscription, channel: null });
  expect(await holderOf(unsid)).toMatchObject(user);
  const draft = subscriptionDraftOf();
  expect(await subscribe(user, draft, inAMonth)).toMatchObject({ unsid, isNew: false });
  expect(await of(feed)).toMatchObject([{ channel: draft.channel }]);
});

test("a channel that was renewed since it was read is not forgotten", async () => {
  const { subscribe, forgetChannel, of } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  const [stale] = await of(feed);
  const draft = subscriptionDraftOf();
  await subscribe(user, draft, inAMonth);
  await forgetChannel(feed, stale!);
  expect(await of(feed)).toMatchObject([{ channel: draft.channel }]);
});

test("forgetting the channel of a subscription that was removed meanwhile does nothing", async () => {
  const { subscribe, forgetChannel, of } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  const [stale] = await of(feed);
  await azurite.tables.feeds.write({ kind: "delete", partitionKey: feed, rowKey: stale!.stored.rowKey });
  await forgetChannel(feed, stale!);
  expect(await of(feed)).toEqual([]);
});

test.each(["", "x", "'", "../../u", "A".repeat(43), "ž".repeat(5_000)])(
  "the UNSID %.20j, which nobody was given, names nobody",
  async (unsid) => {
    expect(await subscriptionsUnderTest().holderOf(unsid)).toBeUndefined();
  },
);

test("no channel and no UNSID can be read from the tables", async () => {
  const { subscribe } = subscriptionsUnderTest();
  const user = newUser();
  const draft = subscriptionDraftOf();
  const { unsid } = await subscribe(user, draft, inAMonth);
  const rows = await rowsOf(azurite.tables.feeds, feedKeyOf(user, hostName));
  for await (const row of azurite.tables.unsids.all()) rows.push(row);
  const text = JSON.stringify(rows);
  expect(text).toContain("laptop"); // it is the right row that was searched
  const { endpoint, keys } = draft.channel as WebPushChannel;
  for (const secret of [endpoint, new URL(endpoint).pathname.slice(1), keys.p256dh, keys.auth, unsid]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString("base64").slice(0, 16));
  }
});

test("after a key was rotated what the old one sealed still opens, and is sealed anew when it is renewed", async () => {
  const second = dataKey("k2");
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const draft = subscriptionDraftOf();
  const { unsid } = await subscriptionsUnderTest([firstKey]).subscribe(user, draft, inAMonth);
  const rotated = subscriptionsUnderTest([second, firstKey]);
  expect(await rotated.of(feed)).toMatchObject([{ channel: draft.channel }]);
  expect(await rotated.subscribe(user, draft, inAMonth)).toMatchObject({ unsid, isNew: false });
  expect(await subscriptionsUnderTest([second]).of(feed)).toMatchObject([{ channel: draft.channel }]);
});
