import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { decidedAnew, type Pause } from "../storage/decided-anew.ts";
import type { Table } from "../storage/table.ts";
import type { Limits } from "../throttle/usage.ts";
import { Unavailable } from "../unavailable.ts";
import { newHead, randomStamp } from "./new-head.ts";
import { fullFeeds } from "./full-feeds.ts";
import { headKey, headOf, headRow } from "./rows.ts";
import { over, type Decision, type Standing } from "./write.ts";

export type WriteTurnsUse = {
  readonly feeds: Table;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
};

/** One write: what it reads, which goes beside the head's reading, and what it makes of that. */
type Write<Found, Result> = {
  readonly find: () => Promise<Found>;
  /**
   * What must be done before anything is stored, and does no harm if nothing is. It goes beside the reading, for it seldom costs
   * anything; but where the feed was full when last seen it waits until the write is decided, so that a refusal writes nothing. Called
   * again with the feed's epoch once that is known, for it may not be the one in which the first call was of use.
   */
  readonly before?: (life?: string) => Promise<void>;
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

/** How long a write waits for those of this instance that came before it: while the store hangs, a line would only grow. */
const inLineMs = 10_000;

/** Of so many transactions the head knows the stamps: others may have written before a lost answer is looked into. */
const stampsKept = 8;

/** The one way in which a feed is written. */
export const writeTurns = (use: WriteTurnsUse): WriteTurn => {
  const inTurn = oneAtATime();
  const full = fullFeeds(use.clock);

  return async (feed, write) => {
    if (write.alwaysCounts) full.check(feed);
    const cameAt = use.clock.now();
    return inTurn(feed, async () => {
      if (write.alwaysCounts) full.check(feed); // those before it may have found that out
      if (use.clock.now() - cameAt > inLineMs) throw new Unavailable("The user's feed", { cause: undefined });
      const made = await make({ use, feed, write, isKnownFull: full.knows(feed) });
      if (made.kind === "full") throw full.found(feed, made.until);
      return made.result;
    });
  };
};

type Made<Result> =
  { readonly kind: "made"; readonly result: Result } | Extract<Decision<Result>, { readonly kind: "full" }>;

type Making<Found, Result> = {
  readonly use: WriteTurnsUse;
  readonly feed: FeedKey;
  readonly write: Write<Found, Result>;
  readonly isKnownFull: boolean;
};

const make = <Found, Result>({ use, feed, write, isKnownFull }: Making<Found, Result>): Promise<Made<Result>> => {
  const { feeds, clock, limits } = use;
  const { find, before, decide } = write;
  let tried: { readonly stamp: string; readonly result: Result } | undefined;
  const attempt = async (): Promise<Made<Result>> => {
    const [headFound, found] = await Promise.all([
      feeds.find(feed, headKey),
      find(),
      isKnownFull ? undefined : before?.(),
    ]);
    const head = headFound ? headOf(headFound) : newHead(0);
    // The transaction was made and its answer lost: the SDK sent it again, and met what it had done itself.
    if (tried && head.stamps.includes(tried.stamp)) return { kind: "made", result: tried.result };

    const now = Math.max(clock.now(), head.at);
    const decision = decide(found, { feed, head, limits, now });
    if (decision.kind === "full") return decision;
    const { result } = decision;
    if (isKnownFull && decision.kind === "write") await before?.();
    if (!isKnownFull || decision.kind === "write") await before?.(head.epoch);
    if (decision.kind === "leave") return { kind: "made", result };

    const stamp = randomStamp();
    tried = { stamp, result };
    const stamps = [stamp, ...head.stamps].slice(0, stampsKept);
    await feeds.transact([
      over(headFound, headRow(feed, { ...head, ...decision.head, at: now, stamps })),
      ...decision.changes,
    ]);
    return { kind: "made", result };
  };
  return decidedAnew("The user's feed", attempt, use);
};
