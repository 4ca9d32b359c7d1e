import { milliseconds } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { isNews, type Live, type Wait } from "./live.ts";
import type { Mark } from "./mark.ts";

/** Calls once, after so many milliseconds, unless that is called off by what it returns. */
type After = (ms: number, call: () => void) => () => void;

type Uses = {
  /** The state a feed is at, as its store says: other instances write it, too. */
  readonly headOf: (feed: FeedKey) => Promise<Mark>;
  /** A test's own. */
  readonly after?: After;
  /** How many wait at once, at most, and how many of them for one feed; 500 and 100 by default. */
  readonly waitsMost?: number;
  readonly waitsMostOfOne?: number;
};

/** From one look at a feed to the next, while anybody waits for it. */
const lookEveryMs = milliseconds.second;

/**
 * The waits of this instance. All who wait for one feed are served by the same look at its head, one a second, so that fifty tabs cost
 * no more than one; what this instance writes itself they hear of without.
 */
export const memoryLive = ({ headOf, after = realTime, waitsMost = 500, waitsMostOfOne = 100 }: Uses): Live => {
  const watches = new Map<FeedKey, Watch>();
  let waits = 0;
  let isClosed = false;

  const lookLater = (feed: FeedKey, watch: Watch): void => {
    watch.callOff = after(lookEveryMs, () => void look(feed, watch));
  };
  /** One that fails shows nothing new, as it were: the next comes soon, and whoever waits in vain has lost nothing. */
  const look = async (feed: FeedKey, watch: Watch): Promise<void> => {
    const head = await headOf(feed).catch(() => undefined);
    if (head) for (const wait of watch.waits) wait.hear(head);
    if (watch.waits.size > 0) lookLater(feed, watch);
  };

  const watchOf = (feed: FeedKey): Watch => {
    const known = watches.get(feed);
    if (known) return known;
    const watch: Watch = { waits: new Set(), callOff: () => undefined };
    watches.set(feed, watch);
    lookLater(feed, watch);
    return watch;
  };
  const unwatch = (feed: FeedKey, watch: Watch): void => {
    watch.callOff();
    watches.delete(feed);
  };

  return {
    join: (feed, forMs) => {
      const waitsOfOne = watches.get(feed)?.waits.size ?? 0;
      if (isClosed || waits >= waitsMost || waitsOfOne >= waitsMostOfOne) return undefined;
      waits += 1;
      const watch = watchOf(feed);
      const wait = listening();
      watch.waits.add(wait);
      const callOff = after(forMs, wait.end);
      return {
        newsAfter: wait.newsAfter,
        leave: () => {
          if (!watch.waits.delete(wait)) return;
          waits -= 1;
          callOff();
          if (watch.waits.size === 0) unwatch(feed, watch);
        },
      };
    },
    reached: (feed, mark) => {
      for (const wait of watches.get(feed)?.waits ?? []) wait.hear(mark);
    },
    close: () => {
      isClosed = true;
      for (const { waits } of watches.values()) for (const wait of waits) wait.end();
    },
  };
};

type Watch = { readonly waits: Set<Listening>; callOff: () => void };

/** One who waits, as those see it who bring the news. */
type Listening = Pick<Wait, "newsAfter"> & { readonly hear: (head: Mark) => void; readonly end: () => void };

const listening = (): Listening => {
  /** The newest that was heard while nobody slept: since the wait began, or since it woke. */
  let heard: Mark | undefined;
  let hasEnded = false;
  let sleeper: { readonly mark: Mark; readonly wake: (isNews: boolean) => void } | undefined;
  const wake = (isNewer: boolean): void => {
    sleeper?.wake(isNewer);
    sleeper = undefined;
  };
  return {
    newsAfter: (mark) => {
      const isMissed = heard !== undefined && isNews(heard, mark);
      heard = undefined; // news wakes once: what it comes to is read then
      if (isMissed || hasEnded) return Promise.resolve(isMissed);
      return new Promise((resolve) => (sleeper = { mark, wake: resolve }));
    },
    hear: (head) => {
      if (sleeper && isNews(head, sleeper.mark)) wake(true);
      else if (!sleeper && (!heard || isNews(head, heard))) heard = head;
    },
    end: () => {
      hasEnded = true;
      wake(false);
    },
  };
};

/** Holds no process up: a request that waits does that by itself. */
const realTime: After = (ms, call) => {
  const timer = setTimeout(call, ms).unref();
  return () => clearTimeout(timer);
};
