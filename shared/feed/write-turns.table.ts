import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { RowConflict, type StoredRow, type Table } from "../storage/table.ts";
import type { Limits } from "../throttle/usage.ts";
import { Unavailable } from "../unavailable.ts";
import { newHead, randomMark } from "./new-head.ts";
import { fullFeeds } from "./full-feeds.ts";
import { headKey, headOf, headRow, type Head } from "./rows.ts";
import { over, type Decision, type Standing } from "./write.ts";

export type WriteTurnsUse = { readonly feeds: Table; readonly clock: Clock; readonly limits: Limits };

/** One write: what it reads, which goes beside the head's reading, and what it makes of that. */
type Write<Found, Result> = {
  readonly find: () => Promise<Found>;
  readonly decide: (found: Found, standing: Standing) => Decision<Result>;
  /** A feed known to be full refuses it unread. Not so what may turn out to be a repeat, or was counted already. */
  readonly alwaysCounts: boolean;
};

/**
 * Makes a write: reads, decides, and changes all of it in one transaction through the head's ETag; whoever decided on an older head
 * is refused and decides anew. Throws what `decide` throws, a `Problem` of kind `busy` when the user has made too many writes, and
 * `Unavailable` when the store is, or others are first for too long.
 */
export type WriteTurn = <Found, Result>(feed: FeedKey, write: Write<Found, Result>) => Promise<Result>;

/** How long a write is decided anew because writers of other instances were first. */
const patienceMs = 5_000;

/** How long a write waits for those of this instance that came before it: while the store hangs, a line would only grow. */
const inLineMs = 10_000;

/** Before it is decided anew: longer each time, and random, lest many writers meet again and again. */
const pauseAfter = (lostRaces: number): Promise<void> => pause(Math.random() * Math.min(200, 10 * 2 ** lostRaces));

/** The one way in which a feed is written. */
export const writeTurns = (use: WriteTurnsUse): WriteTurn => {
  const inTurn = oneAtATime();
  const full = fullFeeds(use.clock);

  return async (feed, write) => {
    if (write.alwaysCounts) full.check(feed);
    const cameAt = performance.now();
    return inTurn(feed, async () => {
      if (write.alwaysCounts) full.check(feed); // those before it may have found that out
      if (performance.now() - cameAt > inLineMs) throw new Unavailable("The user's feed", { cause: undefined });
      const made = await make(use, feed, write);
      if (made.kind === "full") throw full.found(feed, made.until);
      return made.result;
    });
  };
};

type Made<Result> =
  { readonly kind: "made"; readonly result: Result } | Extract<Decision<Result>, { readonly kind: "full" }>;

const make = async <Found, Result>(
  { feeds, clock, limits }: WriteTurnsUse,
  feed: FeedKey,
  { find, decide }: Write<Found, Result>,
): Promise<Made<Result>> => {
  const giveUpAt = performance.now() + patienceMs;
  let tried: { readonly stamp: string; readonly result: Result } | undefined;
  for (let lostRaces = 1; ; lostRaces += 1) {
    const [headFound, found] = await Promise.all([feeds.find(feed, headKey), find()]);
    const head = headFound ? headOf(headFound) : newHead(0);
    // The transaction was made and its answer lost: the SDK sent it again, and met what it had done itself.
    if (tried?.stamp === head.stamp) return { kind: "made", result: tried.result };

    const now = Math.max(clock.now(), head.at);
    const decision = decide(found, { feed, head, limits, now });
    if (decision.kind === "full") return decision;
    const { result } = decision;
    if (decision.kind === "leave") return { kind: "made", result };

    const stamp = randomMark();
    tried = { stamp, result };
    try {
      await feeds.transact([
        headChange(feed, headFound, { ...head, ...decision.head, at: now, stamp }),
        ...decision.changes,
      ]);
      return { kind: "made", result };
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error;
      if (performance.now() >= giveUpAt) throw new Unavailable("The user's feed", { cause: error });
      await pauseAfter(lostRaces);
    }
  }
};

const headChange = (feed: FeedKey, found: StoredRow | undefined, head: Head) => over(found, headRow(feed, head));
