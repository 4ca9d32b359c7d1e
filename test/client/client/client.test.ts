import { describe, expect, it } from "vitest";
import { UserNotificationClient } from "../../../shared/client/client.ts";
import { applyPage } from "../../../shared/client/apply-page.ts";
import type { FeedApi } from "../../../shared/client/feed-api.ts";
import type { SubscriptionApi } from "../../../shared/client/subscription-api.ts";
import { modelFeed } from "../model-feed.ts";
import { modelFeedApi } from "../model-feed-api.ts";
import { browser, idle } from "./browser.ts";

/** A browser over the model; `answer` may put other answers in the place of the model's. */
const world = (answer: (model: FeedApi & SubscriptionApi) => Partial<FeedApi> = () => ({}), pageSize = 100) => {
  const feed = modelFeed({ pageSize });
  const model = modelFeedApi(feed);
  const asked: string[] = [];
  const api: FeedApi & SubscriptionApi = { ...model, ...answer(model) };
  /** The port, noting down that it was asked. */
  const note = <Asked, T>(name: (ask: Asked) => string, port: (ask: Asked) => T) => {
    return (ask: Asked): T => {
      asked.push(name(ask));
      return port(ask);
    };
  };
  const noted: FeedApi & SubscriptionApi = {
    ...api,
    delta: note(({ waitSeconds }) => (waitSeconds ? "wait" : "delta"), api.delta),
    change: note(() => "change", api.change),
    changeMany: note(() => "changeMany", api.changeMany),
  };
  const here = browser({ now: feed.now, api: noted });
  /** Time goes by, and everything runs that is due until then. */
  const pass = async (ms: number): Promise<void> => {
    const end = feed.now() + ms;
    await idle();
    while (feed.now() < end) {
      feed.pass(Math.max(1, Math.min(end, here.nextAt()) - feed.now()));
      here.tick();
      await idle();
    }
  };
  return { feed, here, asked, pass };
};

describe("what the user does", () => {
  it("is seen at once, waits while nobody answers, and is sent when the network is there again", async () => {
    let isAway = false;
    const away = () => Promise.resolve({ kind: "offline", reason: "away" } as const);
    const { feed, here } = world((model) => ({
      change: (ask) => (isAway ? away() : model.change(ask)),
      delta: (ask) => (isAway ? away() : model.delta(ask)),
    }));
    const id = feed.post({ name: "a", raw: "1" });
    const { client, turn } = here.open();
    expect(await client.sync()).toMatchObject({ kind: "ok" });
    isAway = true;
    await client.dismiss(id);
    expect(await client.notifications()).toMatchObject([{ id, userActionState: "dismissed" }]);
    await idle();
    expect(client.standing).toMatchObject({ answer: { kind: "offline" }, unsent: 1 });
    expect(feed.truth()).toMatchObject([{ userActionState: "noInteraction" }]);
    isAway = false;
    turn();
    await idle();
    expect(feed.truth()).toMatchObject([{ userActionState: "dismissed" }]);
    expect(client.standing).toEqual({ answer: { kind: "ok", value: undefined }, unsent: 0 });
    client.close();
  });

  it("many times alike is one write, after a fresh look, and never flickers", async () => {
    const { feed, here, asked } = world();
    for (const name of ["a", "b", "c", "d", "e"]) feed.post({ name, raw: name });
    const { client } = here.open();
    await client.sync();
    const unread: number[] = [];
    client.addEventListener(
      "change",
      () =>
        void client.notifications().then((all) => {
          unread.push(all.filter(({ readState }) => readState === "unread").length);
        }),
    );
    asked.length = 0;
    await client.markAllRead();
    await idle();
    expect(asked).toEqual(["delta", "changeMany", "delta", "delta"]);
    expect(new Set(unread)).toEqual(new Set([0]));
    expect(feed.truth().map(({ readState }) => readState)).toEqual(["read", "read", "read", "read", "read"]);
    client.close();
  });

  it("that is throttled is not sent before the service takes it again, whatever turns; reading goes on", async () => {
    let throttledUntil = Infinity;
    const { feed, here, asked, pass } = world((model) => ({
      change: (ask) =>
        throttledUntil > 0
          ? Promise.resolve({ kind: "throttled", reason: "406", waitMs: 60_000 } as const)
          : model.change(ask),
    }));
    const id = feed.post({ name: "a", raw: "1" });
    const { client, turn } = here.open();
    await client.sync();
    await client.markRead(id);
    await idle();
    feed.post({ name: "b", raw: "2" });
    throttledUntil = 0;
    asked.length = 0;
    turn();
    await pass(59_000);
    expect(asked).toEqual([]);
    await pass(3_000);
    expect(asked).toEqual(["change", "delta"]);
    expect(client.standing?.unsent).toBe(0);
    client.close();
  });

  it("and the service will never take is undone and told", async () => {
    const { feed, here } = world(() => ({
      change: () => Promise.resolve({ kind: "refused", status: 400, reason: "no such state" }),
    }));
    const id = feed.post({ name: "a", raw: "1" });
    const { client } = here.open();
    await client.sync();
    const told: unknown[] = [];
    client.addEventListener("refused", (event) => told.push(event instanceof CustomEvent && event.detail));
    await client.markRead(id);
    await idle();
    expect(told).toMatchObject([{ id, change: { readState: "read" }, setback: { status: 400 } }]);
    expect(await client.notifications()).toMatchObject([{ readState: "unread" }]);
    client.close();
  });

  it("and the service fails at every time does not hold up what was done after it", async () => {
    const failing = new Set<string>();
    const { feed, here, pass } = world((model) => ({
      change: (ask) =>
        failing.has(ask.id) ? Promise.resolve({ kind: "failed", status: 500, reason: "500" }) : model.change(ask),
    }));
    const [bad, good] = [feed.post({ name: "a", raw: "1" }), feed.post({ name: "b", raw: "2" })];
    failing.add(bad);
    const { client } = here.open();
    await client.sync();
    await client.markRead(bad);
    await client.dismiss(good);
    await pass(5_000);
    expect(feed.truth().find(({ id }) => id === good)?.userActionState).toBe("dismissed");
    expect(client.standing).toMatchObject({ answer: { kind: "failed" }, unsent: 1 });
    failing.clear();
    await pass(120_000);
    expect(client.standing).toMatchObject({ answer: { kind: "ok" }, unsent: 0 });
    client.close();
  });

  it("to a notification that is not known here yet is done once it has been looked for", async () => {
    const { feed, here } = world();
    const id = feed.post({ name: "a", raw: "1" });
    const { client } = here.open();
    await client.markRead(id);
    await idle();
    expect(feed.truth()).toMatchObject([{ readState: "read" }]);
    client.close();
  });
});

it("what another tab began to read and left is read to its end, and what has come since, too", async () => {
  const { feed, here } = world(undefined, 2);
  for (const name of ["a", "b", "c"]) feed.post({ name, raw: name });
  const page = await modelFeedApi(feed).delta({});
  if (page.kind !== "ok") throw new Error(page.kind);
  await here.store.update((state) => applyPage(state, page.value, state));
  feed.post({ name: "d", raw: "d" });
  const { client } = here.open();
  expect((await client.sync()).kind).toBe("ok");
  expect(await client.notifications()).toEqual(feed.truth());
  client.close();
});

describe("live", () => {
  it("has one of the visible tabs wait, tells all of them, and another takes over when it is hidden", async () => {
    const { feed, here, asked, pass } = world();
    const [one, two] = [here.open(), here.open()];
    const seen: string[][] = [[], []];
    [one, two].forEach(({ client }, index) => {
      client.addEventListener(
        "change",
        () =>
          void client.notifications().then((all) => {
            seen[index] = all.map(({ payload }) => payload.rawContent ?? "");
          }),
      );
      void client.live();
    });
    await idle();
    expect(asked).toEqual(["delta", "wait"]);
    feed.post({ name: "a", raw: "1" });
    await idle();
    expect(seen).toEqual([["1"], ["1"]]);
    one.show(false);
    await pass(1_000);
    feed.post({ name: "b", raw: "2" });
    await idle();
    expect(seen.map((all) => all.length)).toEqual([2, 2]);
    two.show(false);
    await idle();
    asked.length = 0;
    await pass(600_000);
    expect(asked).toEqual([]);
    one.client.close();
    two.client.close();
  });

  it("polls ever more slowly where the service does not wait, and afresh after a change", async () => {
    const { feed, here, asked, pass } = world((model) => ({ delta: ({ link }) => model.delta({ link }) }));
    const { client } = here.open();
    void client.live();
    await pass(60_000);
    expect(asked.length).toBeLessThan(9);
    asked.length = 0;
    await pass(600_000);
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(14);
    feed.post({ name: "a", raw: "1" });
    await pass(60_000);
    asked.length = 0;
    await pass(6_000);
    expect(asked.length).toBeGreaterThan(0);
    client.close();
  });

  it("backs off while nobody answers, at most to a minute, and comes back at once with the network", async () => {
    let isAway = true;
    const { here, asked, pass } = world((model) => ({
      delta: (ask) => (isAway ? Promise.resolve({ kind: "offline", reason: "away" }) : model.delta(ask)),
    }));
    const { client, turn } = here.open();
    void client.live();
    await pass(3_600_000);
    expect(asked.length).toBeGreaterThan(60);
    expect(asked.length).toBeLessThan(130);
    isAway = false;
    turn();
    await idle();
    expect(client.standing?.answer.kind).toBe("ok");
    asked.length = 0;
    await pass(20_000);
    expect(asked).toEqual(["wait"]); // the one before has ended
    client.close();
  });
});

describe("changes", () => {
  it("gives first what there is, then what has changed, also what has only expired, until the signal is aborted", async () => {
    const { feed, here, pass } = world();
    const short = feed.post({ name: "a", raw: "1", livesMs: 60_000 });
    const { client } = here.open();
    await client.sync();
    const ending = new AbortController();
    const told: string[][] = [];
    const over = (async () => {
      for await (const { notifications, added, removed } of client.changes({ signal: ending.signal })) {
        told.push(
          [notifications.length, ...added.map(({ id }) => `+${id}`), ...removed.map(({ id }) => `-${id}`)].map(String),
        );
      }
    })();
    await idle();
    const other = feed.post({ name: "b", raw: "2" });
    await client.sync();
    await pass(60_000);
    ending.abort();
    await over;
    expect(told).toEqual([
      ["1", `+${short}`],
      ["2", `+${other}`],
      ["1", `-${short}`],
    ]);
    client.close();
  });
});

describe("signing out", () => {
  it("sends what is unsent, forgets everything, and ends the other tabs' clients", async () => {
    const { feed, here } = world();
    const id = feed.post({ name: "a", raw: "1" });
    const [one, two] = [here.open(), here.open()];
    await one.client.sync();
    let isTold = false;
    two.client.addEventListener("signedout", () => (isTold = true));
    let isToldHere = false;
    one.client.addEventListener("signedout", () => (isToldHere = true));
    void one.client.dismiss(id);
    await one.client.signOut();
    expect(feed.truth()).toMatchObject([{ userActionState: "dismissed" }]);
    expect((await here.store.read()).known.size).toBe(0);
    expect(isToldHere).toBe(true);
    expect(isTold).toBe(true);
    expect((await two.client.sync()).kind).toBe("offline");
  });
});

it.each(["targetHostName", "account", "getToken"])(
  "without %s is not made, for then all users would share it",
  (name) => {
    const whole = {
      baseUrl: "https://notify.contoso.com",
      targetHostName: "a",
      account: "b",
      getToken: () => Promise.resolve("t"),
    };
    expect(() => new UserNotificationClient({ ...whole, [name]: undefined })).toThrow(`${name} is required`);
  },
);
