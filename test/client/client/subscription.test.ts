import { describe, expect, it } from "vitest";
import type { FeedApi } from "../../../shared/client/feed-api.ts";
import type { SubscriptionApi, SubscriptionWish } from "../../../shared/client/subscription-api.ts";
import type { Pushed } from "../../../shared/client/subscription.ts";
import { modelFeed } from "../model-feed.ts";
import { modelFeedApi } from "../model-feed-api.ts";
import { browser, idle } from "./browser.ts";

const day = 86_400_000;

/** A service worker's registration whose push subscriptions are told apart by number; `silent` of its answers never come. */
const pushed = (silent = 0) => {
  let made = 0;
  let now: PushSubscription | null = null;
  const registration: Pushed = {
    pushManager: {
      getSubscription: () => Promise.resolve(now),
      subscribe: (options) => {
        if ((silent -= 1) >= 0) return new Promise(() => undefined);
        made += 1;
        const endpoint = `https://push.example/${made}`;
        const key = Uint8Array.from(Buffer.from(options?.applicationServerKey as string, "base64url")).buffer;
        const subscription = {
          endpoint,
          options: { applicationServerKey: key, userVisibleOnly: true },
          toJSON: () => ({ endpoint, keys: {} }),
          unsubscribe: () => Promise.resolve(((now = null), true)),
        };
        return Promise.resolve((now = subscription as unknown as PushSubscription));
      },
    },
  };
  return { registration, endpoint: () => now?.endpoint };
};

const world = (account = "me", answer: (model: FeedApi) => Partial<FeedApi> = () => ({})) => {
  const feed = modelFeed();
  const wishes: SubscriptionWish[] = [];
  let publicKey = "Bkey";
  const api: FeedApi & SubscriptionApi = {
    ...modelFeedApi(feed),
    ...answer(modelFeedApi(feed)),
    vapidPublicKey: () => Promise.resolve({ kind: "ok", value: publicKey }),
    subscribe: (wish) => {
      wishes.push(wish);
      return modelFeedApi(feed).subscribe(wish);
    },
  };
  return { feed, wishes, here: browser({ now: feed.now, api, account }), rotate: (key: string) => (publicKey = key) };
};
const displayName = "Firefox";

describe("a browser's subscription", () => {
  it("is made with the service's key, and renewed as the same device", async () => {
    const { here, wishes } = world();
    const { registration, endpoint } = pushed();
    const { client } = here.open();
    expect(await client.subscribe({ registration, displayName })).toMatchObject({ kind: "ok", value: { id: "s1" } });
    await client.subscribe({ registration, displayName });
    expect(endpoint()).toBe("https://push.example/1");
    expect(wishes.map(({ deviceId }) => deviceId)).toEqual([wishes[0]?.deviceId, wishes[0]?.deviceId]);
    expect(wishes[0]?.channel.applicationServerKey).toBe("Bkey");
    expect(await here.registrations.read()).toMatchObject({ account: "me", unsid: "unsid-1", subscriptionId: "s1" });
    client.close();
  });

  it("is made anew when the service has another key, and when it was another account's", async () => {
    const { here, rotate } = world();
    const { registration, endpoint } = pushed();
    const { client } = here.open();
    await client.subscribe({ registration, displayName });
    rotate("Akez");
    await client.subscribe({ registration, displayName });
    expect(endpoint()).toBe("https://push.example/2");
    const before = await here.registrations.read();
    if (before) await here.registrations.write({ ...before, account: "somebody else" });
    await client.subscribe({ registration, displayName });
    expect(endpoint()).toBe("https://push.example/3");
    expect((await here.registrations.read())?.deviceId).not.toBe(before?.deviceId);
    client.close();
  });

  it("is renewed half way to its end, or when a push says so, and only while the browser still has it", async () => {
    const { here, feed, wishes, rotate } = world();
    const { registration, endpoint } = pushed();
    const { client, turn } = here.open();
    await client.subscribe({ registration, displayName });
    feed.pass(14 * day);
    turn();
    await idle();
    expect(wishes).toHaveLength(1);
    feed.pass(2 * day);
    turn();
    await idle();
    expect(wishes).toHaveLength(2);
    rotate("Akez");
    feed.post({ name: "a", raw: "1" });
    const [text] = feed.takePushes();
    const outcome = await client.processPush(JSON.stringify({ ...Object(JSON.parse(text ?? "")), resubscribe: true }));
    await outcome.renewal;
    expect([wishes.length, endpoint()]).toEqual([3, "https://push.example/2"]);
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    feed.pass(29 * day);
    turn();
    await idle();
    expect(wishes).toHaveLength(3);
    client.close();
  });

  it("ends here at once, whatever the service answers, and its UNSID is forgotten", async () => {
    const { here } = world();
    const { registration, endpoint } = pushed();
    const { client } = here.open();
    await client.subscribe({ registration, displayName });
    expect((await client.unsubscribe()).kind).toBe("ok");
    expect(endpoint()).toBeUndefined();
    const left = await here.registrations.read();
    expect([left?.unsid, left?.subscriptionId, left?.renewDateTime]).toEqual([undefined, undefined, undefined]);
    client.close();
  });

  it("is asked for once more when the browser does not answer, and given up when it still does not", async () => {
    const { here, feed } = world();
    const { client } = here.open();
    for (const [silent, kind] of [
      [1, "ok"],
      [2, "offline"],
    ] as const) {
      const answer = client.subscribe({ registration: pushed(silent).registration, displayName });
      for (let seconds = 0; seconds < 3; seconds += 1) {
        await idle();
        feed.pass(5_000);
        here.tick();
      }
      expect((await answer).kind).toBe(kind);
    }
    client.close();
  });
});

describe("a push", () => {
  it("sends what waited, though it fitted and nothing had to be fetched; nobody waits for that before it is shown", async () => {
    let isAway = false;
    const { here, feed } = world("me", (model) => ({
      change: (ask) => (isAway ? Promise.resolve({ kind: "offline", reason: "away" }) : model.change(ask)),
      delta: (ask) => (isAway ? Promise.resolve({ kind: "offline", reason: "away" }) : model.delta(ask)),
    }));
    const id = feed.post({ name: "a", raw: "1" });
    feed.takePushes();
    const { client } = here.open();
    await client.sync();
    isAway = true;
    await client.dismiss(id);
    await idle();
    isAway = false;
    feed.post({ name: "b", raw: "2" });
    const outcome = await client.processPush(feed.takePushes()[0] ?? "");
    expect([outcome.applied, outcome.fresh.length]).toEqual([true, 1]);
    await outcome.renewal;
    expect(feed.truth().find((one) => one.id === id)?.userActionState).toBe("dismissed");
    client.close();
  });

  it("that fits is applied and shown; one that does not makes the feed be read; one that came before is shown again", async () => {
    const { here, feed } = world();
    const { client } = here.open();
    await client.sync();
    const first = feed.post({ name: "a", raw: "1" });
    const second = feed.post({ name: "b", raw: "2" });
    const [one = "", two = ""] = feed.takePushes();
    expect(await client.processPush(two)).toMatchObject({ isOurs: true, applied: false, answer: { kind: "ok" } });
    const again = await client.processPush(one);
    expect([again.applied, again.fresh.map(({ id }) => id)]).toEqual([true, [first]]);
    feed.post({ name: "b", raw: "3" });
    const [three = ""] = feed.takePushes();
    const fits = await client.processPush(three);
    expect([fits.applied, fits.fresh.map(({ id }) => id)]).toEqual([true, [second]]);
    expect(await client.processPush("not ours")).toMatchObject({ isOurs: false, fresh: [] });
    expect(await client.processPush(three.replace("app.contoso.com", "other.app"))).toMatchObject({ isOurs: false });
    client.close();
  });
});
