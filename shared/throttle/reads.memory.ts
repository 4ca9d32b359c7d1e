import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import type { Reads } from "./reads.ts";
import { throttled } from "./throttled.ts";
import { admit, noUsage, parseUsage, printUsage, type Limits } from "./usage.ts";

type Uses = {
  readonly clock: Clock;
  /** In any five minutes, and in any 24 hours. */
  readonly limits: Limits;
  /** How many feeds' reads an instance remembers; 10,000 by default. */
  readonly feedsMost?: number;
};

/**
 * The reads of each feed on this instance, by the rule of `usage.ts`. Of more feeds than it remembers it forgets the one that was
 * not read for longest: that user starts over, and may read more than the limit for once. A restart forgets all.
 */
export const memoryReads = ({ clock, limits, feedsMost = 10_000 }: Uses): Reads => {
  // As texts: a few hundred bytes for a busy feed, where the times themselves would take tens of kilobytes.
  const usages = new Map<FeedKey, string>();
  return {
    count: (feed) => {
      const now = clock.now();
      const known = usages.get(feed);
      const admission = admit(known === undefined ? noUsage : parseUsage(known), limits, now);
      if (admission.kind === "full")
        throw throttled("The user's reads are throttled. Try again later.", {
          by: "user-reads",
          until: admission.until,
          now,
        });
      usages.delete(feed); // a map keeps the order of insertion, so the first is the one unread for longest
      usages.set(feed, printUsage(admission.usage));
      if (usages.size > feedsMost) for (const oldest of usages.keys()) return void usages.delete(oldest);
    },
  };
};
