import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { hostName, newUser, rowsOf, subscriptionDraftOf } from "./samples.ts";
import { azurite, dataKey, firstKey, inAMonth, subscriptionsUnderTest } from "./subscriptions-under-test.ts";

/** What is sealed with which key, and who cannot read it. */
export const sealedCases = (): void => {
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
};
