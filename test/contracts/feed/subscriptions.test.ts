import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { emptyHead } from "../../../shared/feed/new-head.ts";
import { headKey, headOf } from "../../../shared/feed/rows.ts";
import { Problem } from "../../../shared/problem.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { tableSubscriptions } from "../../../shared/subscription/subscriptions.table.ts";
import type { Subscriptions } from "../../../shared/subscription/subscriptions.ts";
import type { SubscriptionsUse } from "../../../shared/subscription/unsids.table.ts";
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

type UnderTest = Subscriptions & { readonly clock: ReturnType<typeof handClock>; readonly reported: string[] };

const subscriptionsUnderTest = (
  keys: [DataKey, ...DataKey[]] = [firstKey],
  use: Partial<SubscriptionsUse> = {},
): UnderTest => {
  const { feeds, unsids, expiries } = azurite.tables;
  const clock = handClock();
  const reported: string[] = [];
  const subscriptions = tableSubscriptions({
    feeds,
    unsids,
    hints: tableExpiryHints(expiries),
    cipher: dataCipher(keys),
    clock,
    head: { rowKey: headKey, empty: (feed) => emptyHead(feed, clock.now()) },
    perFeed: 50,
    report: (sentence) => reported.push(sentence),
    ...use,
  });
  return { clock, reported, ...subscriptions };
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

test("a removed subscription is gone and its UNSID names nobody, and removing it again changes nothing", async () => {
  const { subscribe, remove, find, holderOf, of } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const { subscription, unsid } = await subscribe(user, subscriptionDraftOf(), inAMonth);
  const other = await subscribe(user, subscriptionDraftOf({ deviceId: "phone" }), inAMonth);
  expect(await find(feed, subscription.id)).toEqual(subscription);
  for (let time = 0; time < 2; time += 1) {
    await remove(feed, subscription.id);
    expect(await holderOf(unsid)).toBeUndefined();
    expect(await find(feed, subscription.id)).toBeUndefined();
    expect(await of(feed)).toMatchObject([{ id: other.subscription.id }]);
  }
  expect(await holderOf(other.unsid)).toMatchObject(user);
  const again = await subscribe(user, subscriptionDraftOf(), inAMonth);
  expect(again).toMatchObject({ isNew: true, subscription: { id: subscription.id } });
  expect(again.unsid).not.toBe(unsid);
});

test("a removal that crashed half way has revoked the UNSID, and a repeat completes it", async () => {
  const { feeds } = azurite.tables;
  const crash = new Error("crashed");
  const write: Table["write"] = (change) => (change.kind === "delete" ? Promise.reject(crash) : feeds.write(change));
  const crashing = subscriptionsUnderTest(undefined, { feeds: { ...feeds, write } });
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const { subscription, unsid } = await crashing.subscribe(user, subscriptionDraftOf(), inAMonth);
  await expect(crashing.remove(feed, subscription.id)).rejects.toBe(crash);
  expect(await crashing.holderOf(unsid)).toBeUndefined();
  const { remove, of } = subscriptionsUnderTest();
  await remove(feed, subscription.id);
  expect(await of(feed)).toEqual([]);
});

test("a subscription that is removed while it is renewed leaves no UNSID behind", async () => {
  const { unsids } = azurite.tables;
  const remover = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const draft = subscriptionDraftOf();
  const { subscription, unsid } = await remover.subscribe(user, draft, inAMonth);
  // Between the renewal's two writes: the subscription's row is there, the UNSID's is about to be.
  const write: Table["write"] = async (change) => {
    await remover.remove(feed, subscription.id);
    await unsids.write(change);
  };
  const renewing = subscriptionsUnderTest(undefined, { unsids: { ...unsids, write } });
  await renewing.subscribe(user, draft, inAMonth);
  expect(await remover.holderOf(unsid)).toBeUndefined();
  expect(await remover.of(feed)).toEqual([]);
});

test("a renewal that ends in the middle of a removal leaves no UNSID behind either", async () => {
  const { feeds, unsids } = azurite.tables;
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const draft = subscriptionDraftOf();
  const { subscribe, holderOf, of } = subscriptionsUnderTest();
  const { subscription, unsid } = await subscribe(user, draft, inAMonth);
  let reached = (): void => undefined;
  let goOn = (): void => undefined;
  const halfWay = new Promise<void>((resolve) => (reached = resolve));
  const gone = new Promise<void>((resolve) => (goOn = resolve));
  // The subscription's row is renewed, the UNSID's waits.
  const renewUnsid: Table["write"] = async (change) => {
    reached();
    await gone;
    await unsids.write(change);
  };
  const renewing = subscriptionsUnderTest(undefined, { unsids: { ...unsids, write: renewUnsid } });
  const renewal = renewing.subscribe(user, draft, inAMonth);
  await halfWay;
  // The UNSID's row is revoked, the subscription's is about to be deleted, as it was renewed.
  const deleteRow: Table["write"] = async (change) => {
    goOn();
    await renewal;
    await feeds.write(change);
  };
  const removing = subscriptionsUnderTest(undefined, { feeds: { ...feeds, write: deleteRow } });
  await removing.remove(feed, subscription.id);
  expect(await of(feed)).toEqual([]);
  expect(await holderOf(unsid)).toBeUndefined();
});

test("a feed has at most so many live subscriptions; renewals pass, and what expired or was removed makes room", async () => {
  const { subscribe, remove, of, clock } = subscriptionsUnderTest(undefined, { perFeed: 3 });
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const device = (deviceId: string, more = {}) => subscriptionDraftOf({ deviceId, ...more });
  const tooMany = expect.objectContaining({ name: "Problem", kind: "conflict" }) as Error;
  await subscribe(user, device("a"), start + milliseconds.hour);
  const b = await subscribe(user, device("b"), inAMonth);
  await subscribe(user, device("c"), inAMonth);
  await expect(subscribe(user, device("d"), inAMonth)).rejects.toEqual(tooMany);
  expect(await subscribe(user, device("c"), inAMonth)).toMatchObject({ isNew: false });
  await subscribe(user, device("elsewhere", { targetHostName: "other.contoso.com" }), inAMonth);
  clock.at += milliseconds.hour;
  expect(await subscribe(user, device("d"), inAMonth)).toMatchObject({ isNew: true });
  await expect(subscribe(user, device("a"), inAMonth), "it came back too late").rejects.toEqual(tooMany);
  await remove(feed, b.subscription.id);
  expect(await subscribe(user, device("a"), inAMonth)).toMatchObject({ isNew: true });
  expect((await of(feed)).map(({ deviceId }) => deviceId).sort()).toEqual(["a", "c", "d"]);
});

test("a device that is in may bring another channel, also when there are more than may be by now", async () => {
  const user = newUser();
  const generous = subscriptionsUnderTest();
  for (const deviceId of ["a", "b", "c"]) await generous.subscribe(user, subscriptionDraftOf({ deviceId }), inAMonth);
  const { subscribe } = subscriptionsUnderTest(undefined, { perFeed: 1 });
  expect(await subscribe(user, subscriptionDraftOf({ deviceId: "a" }), inAMonth)).toMatchObject({ isNew: false });
});

test("however many devices subscribe at once, at however many instances, no more than the limit are in", async () => {
  const instances = Array.from({ length: 3 }, () => subscriptionsUnderTest(undefined, { perFeed: 4 }));
  const user = newUser();
  const attempts = await Promise.allSettled(
    Array.from({ length: 9 }, (_, index) =>
      instances[index % 3]!.subscribe(user, subscriptionDraftOf({ deviceId: `device-${index}` }), inAMonth),
    ),
  );
  expect(attempts.filter(({ status }) => status === "fulfilled")).toHaveLength(4);
  for (const attempt of attempts) {
    if (attempt.status === "rejected") expect(attempt.reason).toBeInstanceOf(Problem);
  }
  expect(await instances[0]!.of(feedKeyOf(user, hostName))).toHaveLength(4);
});

test("a new device moves the head's version of nobody: it stays as it was, and one is made where there is none", async () => {
  const { feeds } = azurite.tables;
  const { subscribe } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  const { etag: first, ...made } = (await feeds.find(feed, headKey))!;
  expect(headOf({ ...made, etag: first })).toMatchObject({ version: 0 });
  await subscribe(user, subscriptionDraftOf({ deviceId: "phone" }), inAMonth);
  const { etag: second, ...kept } = (await feeds.find(feed, headKey))!;
  expect(kept).toEqual(made);
  expect(second).not.toBe(first);
});

test("a renewal leaves the head alone, with another channel too: no writer of the feed is held up", async () => {
  const { feeds } = azurite.tables;
  const { subscribe } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  const before = await feeds.find(feed, headKey);
  const renewed = await subscribe(user, subscriptionDraftOf({ displayName: "renamed" }), inAMonth + 1);
  expect(renewed.isNew).toBe(false);
  expect(await feeds.find(feed, headKey)).toEqual(before);
});

test("devices of one feed, or of several, may have one channel: each keeps it, and its tag tells that it is the same", async () => {
  const { subscribe, of } = subscriptionsUnderTest();
  const user = newUser();
  const { channel } = subscriptionDraftOf();
  const first = await subscribe(user, subscriptionDraftOf({ deviceId: "old", channel }), inAMonth);
  await subscribe(user, subscriptionDraftOf({ deviceId: "new", channel }), inAMonth);
  await subscribe(user, subscriptionDraftOf({ channel, targetHostName: "other.contoso.com" }), inAMonth);
  const { channelTag } = first.subscription;
  expect(await of(feedKeyOf(user, hostName))).toMatchObject([
    { channel, channelTag },
    { channel, channelTag },
  ]);
});

test("a device that comes back after its expiry leaves no UNSID of old behind", async () => {
  const { subscribe, clock } = subscriptionsUnderTest();
  const user = newUser();
  const rowsAbout = async (): Promise<number> => {
    let rows = 0;
    for await (const row of azurite.tables.unsids.all()) if (JSON.stringify(row).includes(user.objectId)) rows += 1;
    return rows;
  };
  await subscribe(user, subscriptionDraftOf(), start + 1_000);
  clock.at += 1_000;
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  expect(await rowsAbout()).toBe(1);
});

test("names that no column takes come back as they were given", async () => {
  const { subscribe, of, holderOf } = subscriptionsUnderTest();
  const user = { ...newUser(), principalName: "ada\ud800@contoso.com" };
  const odd = { deviceId: "\udc00", displayName: "\ud83d" };
  const { unsid, subscription } = await subscribe(user, subscriptionDraftOf(odd), inAMonth);
  expect(subscription).toMatchObject(odd);
  expect(await of(feedKeyOf(user, hostName))).toMatchObject([odd]);
  expect(await holderOf(unsid)).toMatchObject(user);
});

test("a device whose key was taken away has no channel, the others go on, and it is reported once", async () => {
  const second = dataKey("k2");
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const lost = await subscriptionsUnderTest([firstKey]).subscribe(
    user,
    subscriptionDraftOf({ deviceId: "lost" }),
    inAMonth,
  );
  const draft = subscriptionDraftOf({ deviceId: "whole" });
  const { of, holderOf, subscribe, reported } = subscriptionsUnderTest([second]);
  await subscribe(user, draft, inAMonth);
  for (let time = 0; time < 2; time += 1) {
    const found = (await of(feed)).map(({ deviceId, channel }) => [deviceId, channel]);
    expect(Object.fromEntries(found)).toEqual({ lost: null, whole: draft.channel });
  }
  expect(reported).toEqual([expect.stringContaining('"k1"')]);
  expect(await holderOf(lost.unsid), "its UNSID still names its user").toMatchObject(user);

  const renewed = await subscribe(user, subscriptionDraftOf({ deviceId: "lost" }), inAMonth);
  expect(renewed.isNew, "the UNSID cannot be told any more, so it is another").toBe(true);
  expect(await holderOf(renewed.unsid)).toMatchObject(user);
  expect(await holderOf(lost.unsid)).toBeUndefined();
  expect((await of(feed)).every(({ channel }) => channel !== null)).toBe(true);
});

test("a malformed row keeps nobody else from being read", async () => {
  const { of, subscribe, reported } = subscriptionsUnderTest();
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  await azurite.tables.feeds.write({
    kind: "put",
    row: { partitionKey: feed, rowKey: "s_broken", expiresAt: new Date(inAMonth) },
  });
  await subscribe(user, subscriptionDraftOf(), inAMonth);
  expect(await of(feed)).toHaveLength(1);
  expect(reported).toHaveLength(1);
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
