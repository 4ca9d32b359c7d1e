import type { FeedKey } from "../feed-key.ts";
import type { Feed } from "./feed.ts";
import type { Mark } from "./mark.ts";

/** One request's wait for news of a feed. It begins before the request reads, so that nothing falls between the reading and the waiting. */
export type Wait = {
  /**
   * Resolves to true when the feed may have come past this state since the wait began: then read again, it may still be nothing new.
   * To false when the time is over or this instance ends. Never rejects.
   */
  readonly newsAfter: (mark: Mark) => Promise<boolean>;
  /** In any case, at the end: nobody looks for one who has left. */
  readonly leave: () => void;
};

/** The port to news of feeds, for those who would rather hear of them than ask again and again. */
export type Live = {
  /** Begins a wait of so many milliseconds at most; undefined when too many wait at this instance already, or it is about to end. */
  readonly join: (feed: FeedKey, forMs: number) => Wait | undefined;
  /** This instance has brought the feed to this state: whoever waits for it here hears of it at once. */
  readonly reached: (feed: FeedKey, mark: Mark) => void;
  /** Ends all waits, and lets none begin: the instance is about to end. */
  readonly close: () => void;
};

/** Whether who is at this state has something to hear of a feed that is at `head`: a change, or that it was made anew. */
export const isNews = (head: Mark, mark: Mark): boolean =>
  head.version > mark.version || (mark.version > 0 && head.epoch !== mark.epoch);

/** The same feed, whose writes are told to those who wait. */
export const toldLive = (feed: Feed, live: Pick<Live, "reached">): Feed => ({
  ...feed,
  accept: async (key, ...given) => {
    const accepted = await feed.accept(key, ...given);
    live.reached(key, accepted.notification);
    return accepted;
  },
  change: async (key, ...given) => {
    const changed = await feed.change(key, ...given);
    for (const notification of changed) if (notification) live.reached(key, notification);
    return changed;
  },
  remove: async (key, ...given) => {
    const tombstone = await feed.remove(key, ...given);
    if (tombstone) live.reached(key, tombstone);
    return tombstone;
  },
});
