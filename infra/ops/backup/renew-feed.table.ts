import type { FeedKey } from "../../../shared/feed-key.ts";
import { randomStamp } from "../../../shared/feed/new-head.ts";
import { headKey, headOf, headRow } from "../../../shared/feed/rows.ts";
import { systemClock } from "../../../shared/clock.ts";
import { decidedAnew } from "../../../shared/storage/decided-anew.ts";
import type { Change, StoredRow, Table } from "../../../shared/storage/table.ts";

/** With the head in one transaction, which has 4 MiB at most: what a body of 64 KiB says may take twice that, escaped. */
const rowsAtOnce = 25;

/**
 * Gives a feed another epoch, and all its notifications with it, also while it is written to: resolves once none of them has an earlier one;
 * to false for a feed without a head, which has none. The head comes last: from then on whoever knows something of the feed is told to start over (410), and
 * by the end of that pass clients drop whatever is not of the head's epoch. Cut off before, the feed has its old epoch; a repeat begins
 * anew. Throws `Unavailable` when the store is, or others write all the time.
 */
export const renewFeed = async (feeds: Table, feed: FeedKey): Promise<boolean> => {
  const epoch = randomStamp();
  const attempt = async (): Promise<"more" | "renewed" | "none"> => {
    // The head before the rows: whoever writes after it was read changes it, and the transaction is refused.
    const found = await feeds.find(feed, headKey);
    if (!found) return "none";
    const rows: StoredRow[] = [];
    let isAll = true;
    for await (const row of feeds.range(feed, "n_", "n`")) {
      if (row.epoch === epoch) continue;
      if (!(isAll = rows.length < rowsAtOnce)) break;
      rows.push(row);
    }
    const head = headOf(found);
    const changed = headRow(feed, isAll ? { ...head, epoch } : head);
    const others = rows.map(({ etag: ifMatch, ...row }): Change => ({
      kind: "replace",
      row: { ...row, epoch },
      ifMatch,
    }));
    await feeds.transact([{ kind: "replace", row: changed, ifMatch: found.etag }, ...others]);
    return isAll ? "renewed" : "more";
  };
  for (;;) {
    const came = await decidedAnew("The user's feed", attempt, { clock: systemClock });
    if (came !== "more") return came === "renewed";
  }
};
