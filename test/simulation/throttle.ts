import type { FeedKey } from "../../shared/feed-key.ts";
import type { Reply } from "./cluster.ts";
import type { History } from "./history.ts";
import type { World } from "./world.ts";

const windowMs = 5 * 60_000;

/** In any five minutes of a feed's own time no more writes than may be. */
export const limitIsKept = ({ world, history }: { readonly world: World; readonly history: History }): void => {
  const { per5Minutes } = world.settings.userWrites;
  for (const [feed, writes] of history.writes()) {
    for (const [index, { at }] of writes.entries()) {
      const last = writes[index + per5Minutes];
      if (last && last.at - at < windowMs) {
        world.violate(`${per5Minutes + 1} writes in ${(last.at - at) / 1_000} seconds to the feed ${feed}`);
      }
    }
  }
};

/** Holds each 406 for too many writes to its word: who comes when it said, and nobody else did, is not refused so again. */
export const retryAfterIsTrue = (world: World, history: History) => {
  const told = new Map<FeedKey, { readonly from: number; readonly writes: number }>();
  const writesTo = (feed: FeedKey): number => history.writes().get(feed)?.length ?? 0;
  // It is said by one instance's clock, and kept by another's.
  const [one, other] = world.weather.skewsMs;
  const clocksDifferMs = Math.abs(one - other);

  return (feed: FeedKey): ((reply: Reply) => void) => {
    const askedAt = world.scheduler.now();
    const writes = writesTo(feed);
    return (reply) => {
      if (reply.kind === "broken" || reply.status !== 406) return;
      if (!JSON.stringify(reply.body).includes("too many writes")) return;
      world.count("users throttled");
      // For so long an instance that is behind remembers what the one that is ahead has changed.
      if (reply.retryAfterSeconds * 1_000 <= clocksDifferMs) return;
      if (writesTo(feed) !== writes) return; // it may have been decided before or after the others' write
      const before = told.get(feed);
      if (before?.writes === writes && askedAt >= before.from) {
        world.violate(`A 406 told a user of ${feed} to come back too soon.`);
      }
      const from = world.scheduler.now() + reply.retryAfterSeconds * 1_000 + clocksDifferMs;
      told.set(feed, { from: Math.min(from, before?.writes === writes ? before.from : Infinity), writes });
    };
  };
};
