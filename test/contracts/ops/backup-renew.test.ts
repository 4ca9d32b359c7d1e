import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { draftOf, newFeed } from "../feed/samples.ts";
import { justBefore, memoryTables, purgeUnderTest } from "../purge/purge-under-test.ts";
import { killedAt, renewed } from "./backup-under-test.ts";

type Service = ReturnType<typeof purgeUnderTest>;

const newService = (): Service => {
  const service = purgeUnderTest(memoryTables());
  service.clock.at = Date.now();
  return service;
};
const post = ({ feed, clock }: Service, key: FeedKey, appNotificationId: string) => {
  const expiresAt = clock.at + milliseconds.day;
  return feed.accept(key, draftOf({ appNotificationId, expiresAt, displayUntil: expiresAt }));
};
const feedWith = async (service: Service, count: number): Promise<FeedKey> => {
  const key = newFeed();
  for (let index = 0; index < count; index += 1) await post(service, key, `order-${index}`);
  return key;
};

/** Everything of a feed as a client that starts over reads it. At the end of a pass it drops what is not of the mark's epoch. */
const readAnew = async ({ feed }: Service, key: FeedKey) => {
  const { changes, reached, isLast } = await feed.delta(key, { top: 200 });
  expect(isLast).toBe(true);
  const live = changes.flatMap((change) => ("epoch" in change ? [change] : []));
  for (const { epoch } of live) expect(epoch).toBe(reached.epoch);
  return { count: live.length, mark: reached };
};
const isGone = ({ feed }: Service, key: FeedKey, since: { epoch: string; version: number }) =>
  expect(feed.delta(key, { top: 10, since })).rejects.toMatchObject({ kind: "gone" });

test("whoever knew something of a feed is told to start over once, and then has all there is, in feeds of any size", async () => {
  const service = newService();
  const keys = [await feedWith(service, 1), await feedWith(service, 30), await feedWith(service, 67)];
  const marks = await Promise.all(keys.map((key) => readAnew(service, key)));
  expect(await renewed(service.tables)).toMatchObject({ ended: undefined, json: [{ outcome: "renewed", renewed: 3 }] });
  for (const [index, key] of keys.entries()) {
    await isGone(service, key, marks[index]!.mark);
    const { count, mark } = await readAnew(service, key);
    expect(count).toBe([1, 30, 67][index]);
    await post(service, key, "after");
    expect((await service.feed.delta(key, { top: 10, since: mark })).changes).toHaveLength(1);
    expect((await readAnew(service, key)).count).toBe(count + 1);
  }
});

test("killed before or after any change a feed is of one epoch once a repeat went through, and works all the while", async () => {
  let steps = 0;
  for (let isOver = false; !isOver;) {
    steps += 1;
    for (const when of ["before", "after"] as const) {
      const service = newService();
      const keys = [await feedWith(service, 2), await feedWith(service, 40)];
      const marks = await Promise.all(keys.map((key) => readAnew(service, key)));
      isOver = (await renewed(killedAt(service.tables, steps, when))).ended === undefined;
      // Whoever reads from the beginning by then keeps all there is.
      for (const [index, key] of keys.entries()) expect((await readAnew(service, key)).count).toBe([2, 40][index]);
      for (const key of keys) await post(service, key, "cut");
      expect((await renewed(service.tables)).ended).toBeUndefined();
      for (const [index, key] of keys.entries()) {
        await isGone(service, key, marks[index]!.mark);
        expect((await readAnew(service, key)).count).toBe([3, 41][index]);
      }
    }
  }
  expect(steps).toBeGreaterThanOrEqual(4);
});

test("whoever writes meanwhile is not overwritten, and what was written is of the new epoch, too", async () => {
  const service = newService();
  const key = await feedWith(service, 40);
  const isHead = ([change]: readonly unknown[]) => JSON.stringify(change).includes('"rowKey":"h"');
  const feeds = justBefore(service.tables.feeds, isHead, () => post(service, key, "meanwhile"));
  expect((await renewed({ ...service.tables, feeds })).ended).toBeUndefined();
  expect((await readAnew(service, key)).count).toBe(41);
});

test("interrupted it says where to go on, and there goes on", async () => {
  const service = newService();
  for (let index = 0; index < 20; index += 1) await feedWith(service, 1);
  const stop = new AbortController();
  const interrupt = (): Promise<void> => {
    stop.abort();
    return Promise.resolve();
  };
  const feeds = justBefore(service.tables.feeds, () => true, interrupt);
  const cut = await renewed({ ...service.tables, feeds }, { stop: stop.signal });
  expect(cut.json).toMatchObject([{ outcome: "interrupted", renewed: 4, at: expect.stringMatching(/^[\w-]{4}$/) }]);
  const from = String(cut.json[0]?.at);
  expect(cut.told).toContain(`--from ${from}`);
  const rest = await renewed(service.tables, { from });
  const done = Number(rest.json[0]?.renewed);
  expect(done).toBeGreaterThanOrEqual(16);
  expect(done).toBeLessThanOrEqual(20);
});
