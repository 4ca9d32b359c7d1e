import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Problem } from "../problem.ts";
import { throttled } from "../throttle/throttled.ts";

/** So many are remembered at most; forgetting costs a read, no more. */
const rememberedMost = 10_000;

/**
 * Feeds whose users made too many writes, as this instance found them: until then nothing makes room, so they can be refused
 * without asking the store.
 */
export const fullFeeds = (clock: Clock) => {
  const untilOf = new Map<FeedKey, number>();
  return {
    /** Throws `busy` while the feed is known to be full. */
    check: (feed: FeedKey): void => {
      const until = untilOf.get(feed);
      if (until === undefined) return;
      if (until > clock.now()) throw tooManyWrites(until, clock.now());
      untilOf.delete(feed);
    },
    /** Whether it was full when this instance saw it last, and still is. */
    knows: (feed: FeedKey): boolean => (untilOf.get(feed) ?? 0) > clock.now(),
    /** The feed is full until then (epoch milliseconds): remembers it, and gives what to throw. */
    found: (feed: FeedKey, until: number): Problem => {
      if (untilOf.size >= rememberedMost) untilOf.clear();
      untilOf.set(feed, until);
      return tooManyWrites(until, clock.now());
    },
  };
};

/** What is thrown to who writes before then (epoch milliseconds). */
export const tooManyWrites = (until: number, now: number): Problem =>
  throttled("There were too many writes to this user's notifications. Try again later.", {
    by: "user-writes",
    until,
    now,
  });
