import fc from "fast-check";
import { expect, test } from "vitest";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { isNews, type Live } from "../../../shared/feed/live.ts";
import { memoryLive } from "../../../shared/feed/live.memory.ts";
import type { Mark } from "../../../shared/feed/mark.ts";
import { drivenTime } from "../../support/driven-time.ts";

const feed = "feed" as FeedKey;
const other = "other" as FeedKey;
const at = (version: number, epoch = "e"): Mark => ({ epoch, version });

/** Feeds at a state that the test sets, and who waits for them. */
const world = (limits: { readonly waitsMost?: number; readonly waitsMostOfOne?: number } = {}) => {
  const time = drivenTime();
  const heads = new Map<FeedKey, Mark>();
  const looks: FeedKey[] = [];
  let isAway = false;
  const live = memoryLive({
    headOf: (asked) => {
      looks.push(asked);
      return isAway ? Promise.reject(new Error("away")) : Promise.resolve(heads.get(asked) ?? at(0, ""));
    },
    after: time.after,
    ...limits,
  });
  return { time, heads, looks, live, setAway: (is: boolean) => (isAway = is) };
};

const joined = (live: Live, key = feed, forMs = 20_000) => {
  const wait = live.join(key, forMs);
  if (!wait) throw new Error("It may not wait.");
  return wait;
};
/** What it came to, or "waits". */
const stateOf = (news: Promise<boolean>): Promise<boolean | "waits"> =>
  Promise.race([news, new Promise<"waits">((resolve) => setImmediate(resolve, "waits"))]);

test("a write of this instance wakes at once, without a look", async () => {
  const { live, looks } = world();
  const news = joined(live).newsAfter(at(4));
  live.reached(feed, at(4));
  live.reached(other, at(9));
  expect(await stateOf(news)).toBe("waits");
  live.reached(feed, at(5));
  expect(await stateOf(news)).toBe(true);
  expect(looks).toEqual([]);
});

test("a write between the reading and the waiting is not missed", async () => {
  const { live } = world();
  const wait = joined(live);
  live.reached(feed, at(5));
  live.reached(feed, at(3)); // told late
  expect(await stateOf(wait.newsAfter(at(4)))).toBe(true);
  // It has been read now, and what was heard before is no news any more.
  expect(await stateOf(wait.newsAfter(at(5)))).toBe("waits");
});

test("a write of another instance is seen within a second", async () => {
  const { live, heads, time } = world();
  heads.set(feed, at(4));
  const news = joined(live).newsAfter(at(4));
  await time.pass(5_000);
  expect(await stateOf(news)).toBe("waits");
  heads.set(feed, at(5));
  await time.pass(1_000);
  expect(await stateOf(news)).toBe(true);
});

test("a feed made anew, or gone, is news to who knew the former; to who knew nothing only a change is", async () => {
  const { live, heads, time } = world();
  heads.set(feed, at(0, "new"));
  const [knew, knewNothing] = [joined(live).newsAfter(at(4)), joined(live).newsAfter(at(0, ""))];
  await time.pass(1_000);
  expect(await stateOf(knew)).toBe(true);
  expect(await stateOf(knewNothing)).toBe("waits");
});

test("however many wait for a feed, it is looked at once a second, and no more when they have left", async () => {
  const { live, looks, time } = world();
  const waits = Array.from({ length: 50 }, () => joined(live));
  for (const wait of waits) void wait.newsAfter(at(0, ""));
  const elsewhere = joined(live, other);
  void elsewhere.newsAfter(at(0, ""));
  await time.pass(10_000);
  expect(looks.filter((one) => one === feed)).toHaveLength(10);
  expect(looks.filter((one) => one === other)).toHaveLength(10);
  for (const wait of [...waits, elsewhere]) wait.leave();
  await time.pass(10_000);
  expect(looks).toHaveLength(20);
  expect(time.pending()).toBe(0);
});

test("a look that fails ends no wait, and is made again", async () => {
  const { live, heads, time, setAway } = world();
  const news = joined(live).newsAfter(at(4));
  heads.set(feed, at(5));
  setAway(true);
  await time.pass(3_000);
  expect(await stateOf(news)).toBe("waits");
  setAway(false);
  await time.pass(1_000);
  expect(await stateOf(news)).toBe(true);
});

test("the time that was asked for is all there is, whatever was heard meanwhile", async () => {
  const { live, heads, time } = world();
  const wait = joined(live, feed, 3_000);
  heads.set(feed, at(5));
  live.reached(feed, at(5));
  expect(await wait.newsAfter(at(4))).toBe(true);
  const news = wait.newsAfter(at(5));
  await time.pass(2_999);
  expect(await stateOf(news)).toBe("waits");
  await time.pass(1);
  expect(await stateOf(news)).toBe(false);
  expect(await stateOf(wait.newsAfter(at(5)))).toBe(false);
});

test("more than may wait are not taken; who leaves, once or twice, makes room for one", () => {
  const { live } = world({ waitsMost: 3, waitsMostOfOne: 2 });
  const first = joined(live);
  joined(live);
  expect(live.join(feed, 1)).toBeUndefined();
  joined(live, other);
  expect(live.join("third" as FeedKey, 1)).toBeUndefined();
  first.leave();
  first.leave();
  joined(live);
  expect(live.join(other, 1)).toBeUndefined();
});

test("an instance that ends lets go of all who wait, and takes no more", async () => {
  const { live, time } = world();
  const [one, two] = [joined(live), joined(live, other)];
  const news = [one.newsAfter(at(1)), two.newsAfter(at(1))];
  live.close();
  expect(await Promise.all(news)).toEqual([false, false]);
  expect(live.join(feed, 1)).toBeUndefined();
  one.leave();
  two.leave();
  await time.pass(60_000);
  expect(time.pending()).toBe(0);
});

test("nothing is missed: whoever reads and waits in turn has heard of every write within a second, whoever wrote it", async () => {
  const step = fc.record({ ms: fc.integer({ min: 0, max: 1_500 }), writes: fc.boolean(), isOurs: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const { live, heads, time } = world();
      let known = at(0, "");
      let hasLeft = false;
      const reader = async (): Promise<void> => {
        while (!hasLeft) {
          const wait = joined(live, feed, 4_000);
          do {
            known = heads.get(feed) ?? at(0, "");
            await Promise.resolve(); // what was read is on its way
          } while (await wait.newsAfter(known));
          wait.leave();
        }
      };
      const reading = reader();
      for (const { ms, writes, isOurs } of steps) {
        await time.pass(ms);
        if (!writes) continue;
        const written = at((heads.get(feed)?.version ?? 0) + 1);
        heads.set(feed, written);
        if (isOurs) live.reached(feed, written);
      }
      await time.pass(1_000);
      expect(isNews(heads.get(feed) ?? at(0, ""), known)).toBe(false);
      hasLeft = true;
      live.close();
      await reading;
    }),
    { numRuns: 60 },
  );
});
