import type { FeedKey } from "../feed-key.ts";

/** The port that keeps every user's reads of one host name within bounds, on this instance (contract 2.6). */
export type Reads = {
  /** Counts one read. Throws a `Problem` of kind `busy`, with a true `retryAfterSeconds`, when there were too many. */
  readonly count: (feed: FeedKey) => void;
};
