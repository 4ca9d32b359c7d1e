import { expect, test } from "vitest";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { draftOf, handClock, newFeed, rowsOf } from "./samples.ts";
import { azurite, instanceOn, newOnce, problemOf } from "./feed-writes-under-test.ts";

/** What a write counts, and what it takes of the table service. */
export const countedCases = (): void => {
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
    expect(changed.slice(0, 60).map((notification) => notification?.version)).toEqual(
      ids.map((_, index) => 61 + index),
    );
    expect(await find(feed, ids[59]!)).toEqual(changed[59]);
    await accept(feed, draftOf());
    expect(await problemOf(accept(feed, draftOf()))).toMatchObject({ kind: "busy" });
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
};
