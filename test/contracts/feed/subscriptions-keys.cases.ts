import { expect, test } from "vitest";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import type { SubscriptionDraft } from "../../../shared/subscription/subscription.ts";
import { rowKeyOf } from "../../../shared/subscription/subscription-row.ts";
import { boundKeyOf, isToResubscribe } from "../../../shared/subscription/bound-key.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { hostName, newUser, subscriptionDraftOf } from "./samples.ts";
import { azurite, inAMonth, subscriptionsUnderTest } from "./subscriptions-under-test.ts";

const [first, second, third] = ["first", "second", "third"].map(vapidKeyIdOf) as [Id, Id, Id];
type Id = ReturnType<typeof vapidKeyIdOf>;

/** The same user's browser at servers with these keys. */
const browser = () => {
  const user = newUser();
  const feed = feedKeyOf(user, hostName);
  const at = (current: Id, previous?: Id) => {
    const vapidKeys = { current, previous };
    const { subscribe, of } = subscriptionsUnderTest(undefined, { vapidKeys });
    return {
      subscribe: async (draft: SubscriptionDraft) => (await subscribe(user, draft, inAMonth)).subscription,
      found: async () => {
        const [subscription] = await of(feed);
        const { vapidKeyId, channelTag } = subscription!;
        const shown = { key: boundKeyOf(subscription!, vapidKeys), asked: isToResubscribe(subscription!, vapidKeys) };
        return { vapidKeyId, channelTag, ...shown };
      },
    };
  };
  return { feed, at };
};

/** Which VAPID key a browser's channel is bound to, over renewals and rotations. */
export const keyCases = (): void => {
  test("a new channel counts as the current key's, a renewed one keeps its own, and one that is said is believed; its tag is the same", async () => {
    const { at } = browser();
    const draft = subscriptionDraftOf();
    const before = at(first);
    const { channelTag } = await before.subscribe(draft);
    expect(await before.found()).toEqual({ vapidKeyId: first, channelTag, key: first, asked: false });

    const rotated = at(second, first);
    expect(await rotated.found()).toEqual({ vapidKeyId: first, channelTag, key: first, asked: true });
    await rotated.subscribe({ ...draft, displayName: "renewed" });
    expect(await rotated.found()).toEqual({ vapidKeyId: first, channelTag, key: first, asked: true });
    await rotated.subscribe({ ...draft, vapidKeyId: second });
    expect(await rotated.found()).toEqual({ vapidKeyId: second, channelTag, key: second, asked: false });

    const anew = await rotated.subscribe(subscriptionDraftOf());
    expect(anew).toMatchObject({ vapidKeyId: second });
    expect(anew.channelTag).not.toBe(channelTag);
    await rotated.subscribe(subscriptionDraftOf({ vapidKeyId: first }));
    expect(await rotated.found()).toMatchObject({ vapidKeyId: first, asked: true });
  });

  test("a channel whose key is no longer there keeps it when it is renewed: nobody pushes to it with another", async () => {
    const { at } = browser();
    const draft = subscriptionDraftOf();
    await at(first).subscribe(draft);
    const later = at(third, second);
    await later.subscribe(draft);
    expect(await later.found()).toMatchObject({ vapidKeyId: first, asked: true });
  });

  test("a row of before keys were noted is the oldest key's, and its renewal notes that", async () => {
    const { feed, at } = browser();
    const { feeds } = azurite.tables;
    const draft = subscriptionDraftOf();
    const { id } = await at(first).subscribe(draft);
    const { etag: _, vapidKeyId: __, registeredAt: ___, ...row } = (await feeds.find(feed, rowKeyOf(id)))!;
    await feeds.write({ kind: "put", row });
    expect(await at(first).found()).toMatchObject({ vapidKeyId: undefined, key: first, asked: false });
    const rotated = at(second, first);
    expect(await rotated.found()).toMatchObject({ vapidKeyId: undefined, key: first, asked: true });
    await rotated.subscribe(draft);
    expect(await at(third, second).found()).toMatchObject({ vapidKeyId: first, asked: true });
  });

  test("the key's id stands in the row in plain, and a device of another platform has none", async () => {
    const { feed, at } = browser();
    const { subscribe } = at(first);
    const { id } = await subscribe(subscriptionDraftOf());
    expect(await azurite.tables.feeds.find(feed, rowKeyOf(id))).toMatchObject({ vapidKeyId: first });
    const channel = { kind: "fcm", token: "token", packageName: "com.contoso.app" } as const;
    const phone = await subscribe(subscriptionDraftOf({ deviceId: "phone", platformType: "Android", channel }));
    expect(phone.vapidKeyId).toBeUndefined();
    expect(isToResubscribe(phone, { current: second, previous: first })).toBe(false);
    expect(await azurite.tables.feeds.find(feed, rowKeyOf(phone.id))).not.toHaveProperty("vapidKeyId");
  });
};
