import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { hostName, newUser, subscriptionDraftOf } from "./samples.ts";
import { azurite, inAMonth, subscriptionsUnderTest } from "./subscriptions-under-test.ts";

/** A channel is forgotten, a subscription removed. */
export const removalCases = (): void => {
  test("a forgotten channel is gone, its device and UNSID are not, and subscribing again brings a channel back", async () => {
    const { subscribe, forgetChannel, holderOf, of } = subscriptionsUnderTest();
    const user = newUser();
    const feed = feedKeyOf(user, hostName);
    const { subscription, unsid } = await subscribe(user, subscriptionDraftOf(), inAMonth);
    const [kept] = await of(feed);
    expect(await forgetChannel(feed, kept!)).toBe("forgotten");
    const { stored: _, ...forgotten } = (await of(feed))[0]!;
    expect(forgotten).toEqual({ ...subscription, channel: null });
    expect(await holderOf(unsid)).toMatchObject(user);
    const draft = subscriptionDraftOf();
    expect(await subscribe(user, draft, inAMonth)).toMatchObject({ unsid, isNew: false });
    expect(await of(feed)).toMatchObject([{ channel: draft.channel }]);
  });

  test("a channel that was renewed since it was read is not forgotten, and whoever wanted it forgotten is told", async () => {
    const { subscribe, forgetChannel, of } = subscriptionsUnderTest();
    const user = newUser();
    const feed = feedKeyOf(user, hostName);
    await subscribe(user, subscriptionDraftOf(), inAMonth);
    const [stale] = await of(feed);
    const draft = subscriptionDraftOf();
    await subscribe(user, draft, inAMonth);
    expect(await forgetChannel(feed, stale!)).toBe("changed");
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
};
