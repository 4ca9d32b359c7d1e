import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { headKey, headOf } from "../../../shared/feed/rows.ts";
import { hostName, newUser, start, subscriptionDraftOf } from "./samples.ts";
import { azurite, inAMonth, subscriptionsUnderTest } from "./subscriptions-under-test.ts";

/** A device subscribes, renews, expires and comes back. */
export const renewalCases = (): void => {
  test("a new subscription has a UNSID of at least 128 bits, which names its user and app", async () => {
    const { subscribe, holderOf } = subscriptionsUnderTest();
    const user = newUser();
    const { subscription, unsid, isNew } = await subscribe(user, subscriptionDraftOf(), inAMonth);
    expect(isNew).toBe(true);
    expect(Buffer.from(unsid, "base64url").byteLength).toBeGreaterThanOrEqual(16);
    expect(subscription).toMatchObject({ deviceId: "laptop", displayName: "Edge on laptop", expiresAt: inAMonth });
    expect(await holderOf(unsid)).toMatchObject({ ...user, hostName });
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

  test("each renewal notes that the client has just given its channel", async () => {
    const { subscribe, of, clock } = subscriptionsUnderTest();
    const user = newUser();
    const draft = subscriptionDraftOf();
    await subscribe(user, draft, inAMonth);
    expect(await of(feedKeyOf(user, hostName))).toMatchObject([{ registeredAt: start }]);
    clock.at += milliseconds.hour;
    const { subscription } = await subscribe(user, draft, inAMonth);
    expect(subscription.registeredAt).toBe(start + milliseconds.hour);
    expect(await of(feedKeyOf(user, hostName))).toMatchObject([{ registeredAt: start + milliseconds.hour }]);
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
};
