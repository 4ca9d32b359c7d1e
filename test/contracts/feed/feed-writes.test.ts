import { afterAll, beforeAll, expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { Once } from "../../../shared/feed/feed.ts";
import { feedWrites } from "../../../shared/feed/feed-writes.table.ts";
import { feedReads } from "../../../shared/feed/feed-reads.table.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { RowConflict, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { draftOf, handClock, limits as usual, newFeed, rowsOf, start } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

/** The feed as one instance of the service sees it; `requests` counts what it asks of its table. */
const instanceOn = ({ feeds = azurite.tables.feeds, clock = handClock(), limits = usual } = {}) => {
  const counted = { requests: 0 };
  const counting: Table = {
    ...feeds,
    find: (...keys) => ((counted.requests += 1), feeds.find(...keys)),
    transact: (changes) => ((counted.requests += 1), feeds.transact(changes)),
  };
  const use = { feeds: counting, clock, limits };
  const hints = tableExpiryHints(azurite.tables.expiries);
  return { clock, counted, ...feedReads(use), ...feedWrites({ ...use, hints }) };
};

/** A table that makes the first transaction and then fails all the same. */
const losesFirstAnswer = (error: Error): Table => {
  const { feeds } = azurite.tables;
  let isLost = false;
  return {
    ...feeds,
    transact: async (changes) => {
      await feeds.transact(changes);
      if (isLost) return;
      isLost = true;
      throw error;
    },
  };
};

const newOnce = (body = "body"): Once => ({ key: crypto.randomUUID(), body });
const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Problem) return error;
  throw new Error("That was no problem.", { cause: error });
};

test("of twins under one Idempotency-Key, on two instances, one makes the notification and the others come out as it did", async () => {
  const instances = [instanceOn(), instanceOn()] as const;
  const [feed, once] = [newFeed(), newOnce()];
  const twins = Array.from({ length: 8 }, (_, index) => instances[index % 2]!.accept(feed, draftOf(), once));
  const accepted = await Promise.all(twins);
  const told = accepted.map(({ notification: { id, version, expiresAt, displayUntil }, isNew, acceptedAt }) => {
    return { id, version, expiresAt, displayUntil, isNew, acceptedAt };
  });
  expect(told[0]).toMatchObject({ version: 1, isNew: true });
  expect(told).toEqual(told.map(() => told[0]));
  expect(await rowsOf(azurite.tables.feeds, feed, "n_")).toHaveLength(1);
});

test("a POST that was refused though it is stored is remembered as such until a repeat is accepted: of several at once one is the first", async () => {
  const [one, other] = [instanceOn(), instanceOn()];
  const [feed, once] = [newFeed(), newOnce()];
  const { notification } = await one.accept(feed, draftOf(), once);
  expect(await one.noteAnswer(feed, once, "accepted")).toBe(false); // it is, unless it was refused
  expect(await one.accept(feed, draftOf(), once)).not.toHaveProperty("wasRefused");
  expect(await one.noteAnswer(feed, once, "refused")).toBe(true);
  expect(await other.accept(feed, draftOf(), once)).toMatchObject({ isRepeat: true, wasRefused: true });

  const noted = await Promise.all([one, other, one, other].map((by) => by.noteAnswer(feed, once, "accepted")));
  expect(noted.filter(Boolean)).toEqual([true]);
  const repeated = await one.accept(feed, draftOf(), once);
  expect(repeated).toMatchObject({ isNew: true, notification: { id: notification.id, version: 1 } });
  expect(repeated).not.toHaveProperty("wasRefused");
  expect(await one.noteAnswer(feed, newOnce(), "refused")).toBe(false);
});

test("a repeat says what the first said, whatever became of it since, until the key's day is over", async () => {
  const { accept, remove, clock } = instanceOn();
  const [feed, once] = [newFeed(), newOnce()];
  const expiresAt = start + 2 * milliseconds.day;
  const first = await accept(feed, draftOf({ expiresAt }), once);
  await remove(feed, first.notification.id);
  clock.at += milliseconds.day - 1;
  // Its own draft counts from later; what the first was told holds.
  const { id, epoch, version, displayUntil } = first.notification;
  const repeated = await accept(feed, draftOf({ expiresAt: expiresAt + 5_000, displayUntil: clock.at + 5_000 }), once);
  expect(repeated).toMatchObject({ isNew: true, acceptedAt: first.acceptedAt });
  expect(repeated.notification).toEqual({
    ...{ id, epoch, version, displayUntil, expiresAt },
    ...{ groupName: null, payload: { rawContent: "hello" }, priority: "None", platformTypes: draftOf().platformTypes },
  });
  clock.at += 1;
  const again = await accept(feed, draftOf({ expiresAt }), once);
  expect(again.isNew).toBe(true);
  expect(again.notification.id).not.toBe(id);
  // The key is remembered anew.
  expect((await accept(feed, draftOf({ expiresAt }), once)).notification.version).toBe(again.notification.version);
});

test("a key is forgotten with its notification, and holds none of its content", async () => {
  const { accept, clock } = instanceOn();
  const [feed, once] = [newFeed(), newOnce()];
  await accept(feed, draftOf({ expiresAt: start + 60_000, groupName: "secret group" }), once);
  const [row] = await rowsOf(azurite.tables.feeds, feed, "k_");
  expect(row).toMatchObject({ expiresAt: new Date(start + 60_000) });
  expect(JSON.stringify(row)).not.toMatch(/hello|secret group|order-1/);
  clock.at += 60_000;
  expect(await accept(feed, draftOf(), once)).toMatchObject({ isNew: true });
});

test("another body under the same key is a conflict, and changes nothing", async () => {
  const { accept } = instanceOn();
  const [feed, once] = [newFeed(), newOnce()];
  await accept(feed, draftOf(), once);
  const before = await rowsOf(azurite.tables.feeds, feed);
  const problem = await problemOf(accept(feed, draftOf({ groupName: "x" }), { ...once, body: "another" }));
  expect(problem).toMatchObject({ kind: "conflict" });
  expect(problem.message).toContain("Idempotency-Key");
  expect(await rowsOf(azurite.tables.feeds, feed)).toEqual(before);
});

test("over two instances exactly as many writes pass as may, and the next one at the second that was told", async () => {
  const limits = { per5Minutes: 10, perDay: 8_000 };
  const clock = handClock();
  const instances = [instanceOn({ limits, clock }), instanceOn({ limits, clock })] as const;
  const [feed, once] = [newFeed(), newOnce()];
  const { notification } = await instances[0].accept(feed, draftOf(), once);
  clock.at += 1_500;
  const attempts = Array.from({ length: 14 }, (_, index) =>
    instances[index % 2]!.accept(feed, draftOf({ appNotificationId: `order-${index}` })),
  );
  const ends = await Promise.allSettled(attempts);
  expect(ends.filter(({ status }) => status === "fulfilled")).toHaveLength(9);
  const before = await rowsOf(azurite.tables.feeds, feed);

  // Every kind of write is refused, without a request; a repeat is not, for it is none.
  const [instance] = instances;
  await problemOf(instance.accept(feed, draftOf()));
  instance.counted.requests = 0;
  for (const refused of [
    () => instance.accept(feed, draftOf()),
    () => instance.change(feed, [notification.id], { readState: "read" }),
    () => instance.remove(feed, notification.id),
  ]) {
    expect(await problemOf(refused())).toMatchObject({ kind: "busy", retryAfterSeconds: 299 });
  }
  expect(instance.counted.requests).toBe(0);
  expect(await instance.accept(feed, draftOf(), once)).toMatchObject({ notification: { id: notification.id } });
  expect(await problemOf(instance.accept(feed, draftOf(), newOnce()))).toMatchObject({ kind: "busy" });
  expect(await rowsOf(azurite.tables.feeds, feed)).toEqual(before);

  clock.at += 299_000;
  await instances[1].accept(feed, draftOf());
  expect(await problemOf(instance.accept(feed, draftOf()))).toMatchObject({ kind: "busy", retryAfterSeconds: 1 });
});

test("what a write that changes nothing counts: an accepted one once, an unknown id not at all", async () => {
  const { accept, change, remove } = instanceOn({ limits: { per5Minutes: 5, perDay: 5 } });
  const feed = newFeed();
  const { notification } = await accept(feed, draftOf());
  const stranger = crypto.randomUUID() as NotificationId;
  expect(await change(feed, [stranger], { readState: "read" })).toEqual([undefined]);
  expect(await remove(feed, stranger)).toBeUndefined();
  const [first] = await change(feed, [notification.id], { readState: "read" });
  expect(await change(feed, [notification.id, stranger, notification.id], { readState: "read" })).toEqual([
    first,
    undefined,
    first,
  ]);
  const tombstone = await remove(feed, notification.id);
  expect(await remove(feed, notification.id)).toEqual(tombstone);
  expect(await problemOf(remove(feed, notification.id))).toMatchObject({ kind: "busy" });
});

test.each([
  ["the SDK met its own success", new RowConflict("again")],
  ["nobody knows how it ended", new Unavailable("Table storage", { cause: undefined })],
])(
  "a POST whose answer was lost (%s) is told as the first, then or when it is repeated under its key",
  async (_, error) => {
    const { accept } = instanceOn({ feeds: losesFirstAnswer(error) });
    const [feed, once] = [newFeed(), newOnce()];
    const first = accept(feed, draftOf(), once);
    if (error instanceof Unavailable) await expect(first).rejects.toThrow(Unavailable);
    else expect(await first).toMatchObject({ isNew: true, notification: { version: 1 } });
    expect(await accept(feed, draftOf(), once)).toMatchObject({ isNew: true, notification: { version: 1 } });
  },
);

test("a deletion that died after its transaction is completed by its repeat", async () => {
  const { accept } = instanceOn();
  const feed = newFeed();
  const { notification } = await accept(feed, draftOf());
  const died = instanceOn({ feeds: losesFirstAnswer(new Unavailable("Table storage", { cause: undefined })) });
  await expect(died.remove(feed, notification.id)).rejects.toThrow(Unavailable);
  expect(await died.remove(feed, notification.id)).toMatchObject({ status: "deleted", version: 2 });
});

test("a hundred are changed in one call and counted as one, in transactions the service takes; largest contents too", async () => {
  const limits = { per5Minutes: 62, perDay: 62 };
  const { accept, change, find, counted } = instanceOn({ limits });
  const feed = newFeed();
  const ids: NotificationId[] = [];
  for (let index = 0; index < 60; index += 1) {
    // As few as may be of the large ones: all that one transaction can get.
    const payload = { rawContent: index < 24 ? '"'.repeat(32_000) : "hello" };
    ids.push((await accept(feed, draftOf({ appNotificationId: `order-${index}`, payload }))).notification.id);
  }
  const odd = ["", "../h", "n_'or'1", ids[0]!.toUpperCase(), crypto.randomUUID()] as NotificationId[];
  counted.requests = 0;
  const marked = [...ids, ...odd, ...ids.slice(0, 35)];
  const changed = await change(feed, marked, { userActionState: "dismissed" });
  expect(counted.requests).toBe(61 + 3 * 2); // each row once, and a head and a transaction for each 24 of them
  expect(changed.map((notification) => notification?.id)).toEqual(
    marked.map((id) => (ids.includes(id.toLowerCase() as NotificationId) ? id.toLowerCase() : undefined)),
  );
  expect(changed.slice(0, 60).map((notification) => notification?.version)).toEqual(ids.map((_, index) => 61 + index));
  expect(await find(feed, ids[59]!)).toEqual(changed[59]);
  await accept(feed, draftOf());
  expect(await problemOf(accept(feed, draftOf()))).toMatchObject({ kind: "busy" });
});

test("a change keeps content and its version, and says when it was; one that is so already stays as it is", async () => {
  const { accept, change, find, clock } = instanceOn();
  const feed = newFeed();
  const { notification } = await accept(feed, draftOf());
  clock.at += 5_000;
  const [read] = await change(feed, [notification.id], { readState: "read" });
  expect(read).toEqual({
    ...notification,
    ...{ readState: "read", status: "updated", version: 2, modifiedAt: start + 5_000 },
  });
  clock.at += 5_000;
  expect(await change(feed, [notification.id], { readState: "read", userActionState: "noInteraction" })).toEqual([
    read,
  ]);
  expect(await find(feed, notification.id)).toEqual(read);
  // Posted again it starts over.
  expect((await accept(feed, draftOf())).notification).toMatchObject({
    readState: "unread",
    version: 3,
    createdAt: start,
  });
});

test("a change or a deletion of another version than was asked for is refused, and nothing is changed", async () => {
  const { accept, change, remove } = instanceOn();
  const feed = newFeed();
  const { notification } = await accept(feed, draftOf());
  const before = await rowsOf(azurite.tables.feeds, feed);
  const isOther = ({ version }: { version: number }): boolean => version === 2;
  for (const refused of [
    () => change(feed, [notification.id], { readState: "read" }, { isMet: isOther }),
    () => remove(feed, notification.id, isOther),
  ]) {
    expect(await problemOf(refused())).toMatchObject({ kind: "precondition-failed" });
  }
  expect(await rowsOf(azurite.tables.feeds, feed)).toEqual(before);
  const isFirst = ({ version }: { version: number }): boolean => version === 1;
  expect(await remove(feed, notification.id, isFirst)).toMatchObject({ status: "deleted" });
  expect(await remove(feed, notification.id, isFirst)).toMatchObject({ status: "deleted" }); // its repeat names what it deleted
});

test("what is deleted leaves no content, cannot be changed, and gives its appNotificationId free", async () => {
  const { accept, change, remove, find } = instanceOn();
  const feed = newFeed();
  const visualContent = { title: "secret title" };
  const fallback = { delaySeconds: 60, visualContent };
  const draft = draftOf({
    appNotificationId: "secret-id",
    groupName: "secret group",
    payload: { visualContent },
    fallback,
  });
  const { notification } = await accept(feed, draft, newOnce());
  const { id, epoch, platformTypes, expiresAt } = notification;
  expect(await remove(feed, id)).toMatchObject({
    ...{ id, epoch, platformTypes, expiresAt, status: "deleted", payload: {}, groupName: null, fallback: null },
    ...{ version: 2, contentVersion: 1, createdAt: start },
  });
  expect(JSON.stringify(await rowsOf(azurite.tables.feeds, feed))).not.toContain("secret");
  expect(await find(feed, id)).toBeUndefined();
  expect(await change(feed, [id], { readState: "read" })).toEqual([undefined]);
  const again = await accept(feed, draft);
  expect(again).toMatchObject({ isNew: true, notification: { version: 3 } });
  expect(again.notification.id).not.toBe(id);
});

test("halves of surrogate pairs are stored whole in every text of the caller's", async () => {
  const { accept, find, change } = instanceOn();
  const feed = newFeed();
  const half = "\ud83e half \udd93";
  const draft = draftOf({ appNotificationId: half, groupName: half, payload: { rawContent: half } });
  const { notification } = await accept(feed, draft);
  expect(await find(feed, notification.id)).toEqual(notification);
  expect(await change(feed, [notification.id], { readState: "read" })).toMatchObject([{ groupName: half, version: 2 }]);
  expect(await accept(feed, draft)).toMatchObject({ isNew: false, notification: { id: notification.id } });
});

test("neither a POST nor what replaces it takes more than three requests to the feed, and four under a key", async () => {
  const { accept, counted } = instanceOn();
  const feed = newFeed();
  for (const [once, most] of [
    [undefined, 3],
    [undefined, 3],
    [newOnce(), 4],
  ] as const) {
    counted.requests = 0;
    await accept(feed, draftOf(), once);
    expect(counted.requests).toBe(most);
  }
});
