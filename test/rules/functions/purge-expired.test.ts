import { expect, test } from "vitest";
import { purgeExpired } from "../../../functions/purge-expired.ts";
import type { Removal, Removed } from "../../../shared/expiry/expired.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import type { DueHint } from "../../../shared/storage/expiry-hints.table.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { now as startedAt } from "../samples.ts";

const minute = 60_000;
const away = new Unavailable("Table storage", { cause: undefined });

const hintOf = (name: string, hourEnd: number): DueHint => ({
  subject: { kind: "feed", feed: name as FeedKey },
  hourEnd,
  stored: { partitionKey: "hour", rowKey: name, etag: "1" },
});

type World = {
  /** The hints there are, oldest first. */
  readonly hints: readonly DueHint[];
  /** What comes of a feed; one row each by default. */
  readonly remove?: (name: string, removal: Removal, advance: (ms: number) => void) => Promise<Removed>;
  /** What reading the hints comes to after the last of them. */
  readonly afterLast?: Error;
};

const world = ({ hints, remove, afterLast }: World) => {
  let now = startedAt;
  const left = new Set(hints);
  const events: FanfareEvent[] = [];
  const asked: number[] = [];
  const purge = purgeExpired({
    clock: { now: () => now },
    hints: {
      endedBy: async function* (time, limit) {
        asked.push(time);
        yield* [...left].filter(({ hourEnd }) => hourEnd <= time).slice(0, limit);
        await Promise.resolve();
        if (afterLast) throw afterLast;
      },
      settle: (hint) => Promise.resolve(void left.delete(hint)),
    },
    expired: {
      remove: (subject, removal) => {
        const advance = (ms: number): void => void (now += ms);
        const name = subject.kind === "feed" ? subject.feed : subject.unsidKey;
        return remove?.(name, removal, advance) ?? Promise.resolve({ rows: 1, isDone: true });
      },
    },
  });
  const namesLeft = (): string[] => [...left].map(({ stored: { rowKey } }) => rowKey);
  return { purge: () => purge((event) => events.push(event)), namesLeft, events, asked };
};

const hints = ["a", "b", "c"].map((name) => hintOf(name, startedAt - 12 * minute));

test("every hint whose hour has ended is seen to and forgotten, and the run tells of it", async () => {
  const { purge, namesLeft, events } = world({ hints });
  await purge();
  expect(namesLeft()).toEqual([]);
  const counts = { feeds: 3, rows: 3, failed: 0, lagSeconds: 120, isMoreLeft: false };
  expect(events).toEqual([{ event: "purge", ...counts, durationMs: 0 }]);
});

test("what ended within the last ten minutes is left alone: a last delivery may still write of it", async () => {
  const removals: number[] = [];
  const { purge, namesLeft, asked } = world({
    hints: [hintOf("old", startedAt - 10 * minute), hintOf("fresh", startedAt - 10 * minute + 1)],
    remove: (_, { expiredBy }) =>
      Promise.resolve(void removals.push(expiredBy)).then(() => ({ rows: 1, isDone: true })),
  });
  await purge();
  expect(namesLeft()).toEqual(["fresh"]);
  expect([...asked, ...removals]).toEqual([startedAt - 10 * minute, startedAt - 10 * minute]);
});

test("a run with nothing to do says so", async () => {
  const { purge, events } = world({ hints: [] });
  await purge();
  expect(events).toMatchObject([{ event: "purge", feeds: 0, rows: 0, lagSeconds: 0, isMoreLeft: false }]);
});

test("a feed that fails stops no other, and is met again by the next run", async () => {
  let isAway = true;
  const remove: World["remove"] = (name) =>
    isAway && name === "a" ? Promise.reject(away) : Promise.resolve({ rows: 2, isDone: true });
  const { purge, namesLeft, events } = world({ hints, remove });
  await purge();
  expect(namesLeft()).toEqual(["a"]);
  expect(events).toMatchObject([{ feeds: 2, rows: 4, failed: 1 }]);
  isAway = false;
  await purge();
  expect(namesLeft()).toEqual([]);
});

test("a bug stops no other feed either, and is thrown at the end to be logged whole", async () => {
  const bug = new TypeError("a row no one can read");
  const remove: World["remove"] = (name) =>
    name === "a" ? Promise.reject(bug) : Promise.resolve({ rows: 1, isDone: true });
  const { purge, namesLeft, events } = world({ hints, remove });
  await expect(purge()).rejects.toMatchObject({ errors: [bug] });
  expect(namesLeft()).toEqual(["a"]);
  expect(events).toMatchObject([{ feeds: 2, failed: 1 }]);
});

test("a feed that is not done keeps its hint, and the run says that more is left", async () => {
  const remove: World["remove"] = (name) => Promise.resolve({ rows: 5, isDone: name !== "b" });
  const { purge, namesLeft, events } = world({ hints, remove });
  await purge();
  expect(namesLeft()).toEqual(["b"]);
  expect(events).toMatchObject([{ feeds: 2, rows: 15, failed: 0, isMoreLeft: true }]);
});

test("a run ends within its three minutes, and the next goes on where it ended", async () => {
  const many = Array.from({ length: 60 }, (_, index) => hintOf(`feed-${index}`, startedAt - 20 * minute));
  const met: string[] = [];
  const { purge, namesLeft, events } = world({
    hints: many,
    remove: async (name, { isTimeOver }, advance) => {
      await Promise.resolve();
      met.push(name);
      if (isTimeOver()) return { rows: 0, isDone: false };
      advance(10_000); // eight at once, and yet each of them takes its ten seconds: a slow store
      return { rows: 1, isDone: true };
    },
  });
  await purge();
  expect(events).toMatchObject([{ feeds: 18, rows: 18, isMoreLeft: true }]);
  expect(met.length).toBeLessThanOrEqual(18 + 8);
  expect(namesLeft()).toHaveLength(60 - 18);
  await purge();
  expect(namesLeft()).toHaveLength(60 - 36);
  expect(new Set(met).size).toBeLessThanOrEqual(36 + 8);
});

test("several feeds are purged at once, but not all of them", async () => {
  const many = Array.from({ length: 40 }, (_, index) => hintOf(`feed-${index}`, startedAt - 20 * minute));
  let most = 0;
  let underWay = 0;
  const { purge } = world({
    hints: many,
    remove: async () => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return { rows: 1, isDone: true };
    },
  });
  await purge();
  expect(most).toBe(8);
});

test("when the hints cannot be read, what was done is told of, and the failure is the run's", async () => {
  const { purge, events, namesLeft } = world({ hints, afterLast: away });
  await expect(purge()).rejects.toThrow(Unavailable);
  expect(events).toMatchObject([{ feeds: 3, rows: 3, isMoreLeft: true }]);
  expect(namesLeft()).toEqual([]);
});
