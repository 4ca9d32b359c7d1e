import { expect, test } from "vitest";
import { eraseFeed } from "../../../infra/ops/user/erase-feed.table.ts";
import { erasePerson } from "../../../infra/ops/user/erase-person.ts";
import { tally, type Counts } from "../../../infra/ops/user/kinds.ts";
import type { Message, QueueOf } from "../../../infra/ops/user/queue-of.bus.ts";
import { outputTo } from "../../../infra/ops/output.ts";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { milliseconds } from "../../../shared/clock.ts";
import type { Table, Tables } from "../../../shared/storage/table.ts";
import { killedAt } from "../../support/killed-tables.ts";
import { jobOf } from "../dead-letters/bus-under-test.ts";
import { draftOf, subscriptionDraftOf } from "../feed/samples.ts";
import { deletes, justBefore, memoryTables, purgeUnderTest } from "../purge/purge-under-test.ts";
import { rowTexts, somebody, type Somebody } from "./person-under-test.ts";

const hostNames = ["app.contoso.com", "other.contoso.com"];
const emptyQueue: QueueOf = { all: () => Promise.resolve([]), remove: () => Promise.resolve() };

/** Two persons with one of everything at two apps. */
const world = async (tables = memoryTables()) => {
  const service = purgeUnderTest(tables);
  service.clock.at = Date.now();
  for (const hostName of hostNames) await putApp(tables.apps, { hostName, senders: [], clients: [] });
  const ada = await somebody(service, "ada", hostNames);
  const grace = await somebody(service, "grace", hostNames);
  return { ...service, ada, grace };
};

const erase = async (tables: Tables, { user }: Somebody, queue = emptyQueue) => {
  const removed: Counts[] = [];
  const left = await erasePerson(
    {
      tables,
      queue,
      apps: [],
      settleMs: 0,
      output: outputTo({ write: () => true }, { write: () => true }),
      stop: new AbortController().signal,
      removed: (counts) => removed.push(counts),
    },
    user,
  );
  return { left, removed };
};

const ofNobodyBut = async (tables: Tables, gone: Somebody, stays: Somebody, before: readonly string[]) => {
  const after = await rowTexts(tables);
  for (const word of gone.words) expect(after.filter((text) => text.includes(word))).toEqual([]);
  expect(after).toEqual(before.filter((text) => stays.words.some((word) => text.includes(word))));
};

test("everything of a person goes, and the last pass found nothing; another's rows are as they were, byte for byte", async () => {
  const { tables, ada, grace } = await world();
  const before = await rowTexts(tables);
  for (const word of [...ada.words, ...grace.words]) expect(before.join("\n")).toContain(word);
  const { left, removed } = await erase(tables, ada);
  expect(left).toEqual({});
  expect(removed[0]).toMatchObject({ notifications: 4, subscriptions: 2, UNSIDs: 2, ledgers: 4, heads: 2 });
  expect(removed.slice(1)).toEqual([{}]);
  expect(await erase(tables, ada)).toEqual({ left: {}, removed: [{}] });
  await ofNobodyBut(tables, ada, grace, before);
});

test("what is of an app that nobody has registered is found by the person's UNSIDs, and looked for to the end", async () => {
  const { tables, ada, grace, feed, clock } = await world();
  for (const hostName of hostNames) await tables.apps.write({ kind: "delete", partitionKey: hostName, rowKey: "app" });
  const before = await rowTexts(tables);
  const expiresAt = clock.at + milliseconds.day;
  const meanwhile = () => feed.accept(ada.feeds[0]!, draftOf({ expiresAt, displayUntil: expiresAt }));
  const seen = { ...tables, unsids: justBefore(tables.unsids, deletes("u"), meanwhile) };
  expect((await erase(seen, ada)).left).toEqual({});
  await ofNobodyBut(tables, ada, grace, before);
});

const stopping = ["feeds", "unsids", "deliveries", "expiries"] as const;

test("killed before or after any change, the feed works, the devices are told to start over, and a repeat does the rest", async () => {
  let steps = 0;
  for (let isOver = false; !isOver;) {
    steps += 1;
    for (const when of ["before", "after"] as const) {
      const { tables, ada, grace, feed, clock } = await world();
      const before = await rowTexts(tables);
      const marks = await Promise.all(ada.feeds.map((key) => feed.delta(key, { top: 10 })));
      const cut = await erase(killedAt(tables, stopping, steps, when), ada).catch(String);
      isOver = cut !== "Error: killed";
      for (const [index, key] of ada.feeds.entries()) {
        const { notifications } = await feed.list(key, { top: 10, matches: () => true });
        for (const { id } of notifications) await feed.change(key, [id], { userActionState: "activated" });
        const expiresAt = clock.at + milliseconds.day;
        await feed.accept(key, draftOf({ appNotificationId: "cut", expiresAt, displayUntil: expiresAt }));
        const { changes } = await feed.delta(key, { top: 10 });
        const live = changes.filter(({ status }) => status !== "deleted");
        expect(live).toHaveLength(notifications.length + 1);
        const since = marks[index]!.reached;
        // Whoever knew of something that is gone hears of it: by starting over, for nothing in the log says so any more.
        if (notifications.length === 0)
          await expect(feed.delta(key, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });
      }
      expect((await erase(tables, ada)).left).toEqual({});
      await ofNobodyBut(tables, ada, grace, before);
    }
  }
  expect(steps).toBeGreaterThan(15);
});

test("cut off while the queue is cleared, deliveries have nobody to go to any more, and a repeat clears the rest", async () => {
  const { tables, ada, grace, subscriptions } = await world();
  const before = await rowTexts(tables);
  const job = jobOf({ feed: ada.feeds[0]! });
  const messages: Message[] = ["1", "2", "3"].map((sequence) => ({ kind: "dead letter", job, sequence }));
  const queue: QueueOf = {
    all: (feeds) => Promise.resolve(messages.filter((message) => feeds.has(message.job.feed))),
    remove: (found) => {
      if (found.length === 0) return Promise.resolve();
      messages.shift();
      return messages.length === 2 ? Promise.reject(new Error("killed")) : Promise.resolve();
    },
  };
  await expect(erase(tables, ada, queue)).rejects.toThrow("killed");
  for (const key of ada.feeds) expect(await subscriptions.of(key)).toEqual([]);
  expect(await erase(tables, ada, queue)).toMatchObject({ left: {} });
  expect(messages).toEqual([]);
  await ofNobodyBut(tables, ada, grace, before);
});

test.each(["s_", "n_", "a_", "f_", "h"])(
  "a POST and a device that subscribes just before rows %s go leave no half rows, and are met by the next pass",
  async (prefix) => {
    const { tables, ada, feed, subscriptions, clock } = await world();
    const [key] = ada.feeds;
    const expiresAt = clock.at + milliseconds.day;
    const overtake = async (): Promise<void> => {
      await feed.accept(key!, draftOf({ appNotificationId: "meanwhile", expiresAt, displayUntil: expiresAt }));
      await subscriptions.subscribe(ada.user, subscriptionDraftOf({ deviceId: "meanwhile" }), expiresAt);
    };
    const seen = { ...tables, feeds: justBefore(tables.feeds, deletes(prefix), overtake) };
    expect((await erase(seen, ada)).left).toEqual({});
    const after = (await rowTexts(tables)).join("\n");
    for (const word of [...ada.words, "meanwhile"]) expect(after).not.toContain(word);
  },
);

test("a feed that is written to all the time is told as such, and is whole", async () => {
  const { tables, ada, feed, clock } = await world();
  const [key] = ada.feeds;
  const expiresAt = clock.at + 30 * milliseconds.day;
  const { transact } = tables.feeds;
  let writes = 0;
  const busy: Table = {
    ...tables.feeds,
    transact: async (changes) => {
      writes += 1;
      await feed.accept(
        key!,
        draftOf({ appNotificationId: `order-${writes % 9}`, expiresAt, displayUntil: expiresAt }),
      );
      await transact(changes);
    },
  };
  Object.assign(clock, { now: () => (clock.at += 10_000) }); // so that the user may write as often
  const isEmpty = await eraseFeed(
    { feeds: busy, stop: new AbortController().signal, removed: tally(), unsid: () => undefined },
    key!,
  );
  expect(isEmpty).toBe(false);
  const { notifications } = await feed.list(key!, { top: 100, matches: () => true });
  const { changes } = await feed.delta(key!, { top: 100 });
  const live = changes.filter(({ status }) => status !== "deleted");
  expect(live.map(({ id }) => id).toSorted()).toEqual(notifications.map(({ id }) => id).toSorted());
  expect(live.length).toBeGreaterThanOrEqual(9);
});

test("whoever comes back after an erasure is found by the purge, also where an instance remembers to have noted the same hour before", async () => {
  const { tables, ada, feed, subscriptions, purge, clock } = await world();
  const end = clock.at + milliseconds.day; // as everything of before
  const draft = draftOf({ targetHostName: hostNames[0]!, expiresAt: end, displayUntil: end });
  const device = subscriptionDraftOf({ targetHostName: hostNames[0]! });
  const comeBack = [
    () => feed.accept(ada.feeds[0]!, draft),
    () => feed.change(ada.feeds[0]!, [], { readState: "read" }, { countsAlways: true }),
    () => subscriptions.subscribe(ada.user, device, end),
  ];
  for (const [index, come] of comeBack.entries()) {
    expect((await erase(tables, ada)).left).toEqual({});
    await come();
    if (index === 0) await feed.accept(ada.feeds[0]!, { ...draft, appNotificationId: "another" });
    const hints = (await rowTexts(tables)).filter((text) => text.includes(`"rowKey":"${ada.feeds[0]}"`));
    expect(hints, `after way ${index}`).not.toEqual([]);
  }
  await feed.accept(ada.feeds[0]!, draft);
  for (let days = 0; days < 4; days += 1) {
    clock.at += milliseconds.day;
    await purge();
  }
  expect(await rowTexts(tables)).toEqual([]);
});
