import { isBlockRow } from "../../../shared/auth/app-rows.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { concurrently } from "../../../shared/concurrently.ts";
import type { Row, StoredRow, Tables } from "../../../shared/storage/table.ts";
import {
  endOf,
  subscriptionsBelow,
  subscriptionsFrom,
  unsidPlaceIn,
} from "../../../shared/subscription/subscription-row.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Kept } from "./records.ts";

type Use = Pick<Surroundings, "output" | "stop"> & {
  readonly tables: Pick<Tables, "apps" | "feeds" | "unsids">;
  /** Epoch milliseconds; what ends by then, or in a moment, is not kept. */
  readonly now: number;
  /** Told of a subscription that is left out, for nothing says whose it is. */
  readonly leftOut: () => void;
};

/** What ends within this is left to its client to renew: the purge may be about to look for it. */
export const endingMs = 5 * milliseconds.minute;

const readsAtOnce = 32;

/**
 * What a restore needs, page by page, as it is while the service goes on: a row that comes, changes or goes after it was passed is as it was,
 * or not there. A device goes with the row of its UNSID, so that whose it is can always be told; one without (it subscribes, or is taken
 * away, at this moment) is left out. Throws as the store does, and when it is stopped.
 */
export async function* collected({ tables, now, leftOut, output, stop }: Use): AsyncGenerator<Kept> {
  const { apps, feeds, unsids } = tables;
  for await (const row of apps.all()) yield { kind: isBlockRow(row) ? "block" : "app", row: withoutEtag(row) };

  const unsidOf = async (row: StoredRow): Promise<Row | undefined> => {
    const place = unsidPlaceIn(row);
    const found = place && (await unsids.find(place.partitionKey, place.rowKey));
    return found && withoutEtag(found);
  };
  let devices = 0;
  let pages = 0;
  for await (const page of feeds.withRowKeys(subscriptionsFrom, subscriptionsBelow)) {
    const live = page.filter((row) => endOf(row) > now + endingMs);
    const held: (Row | undefined)[] = [];
    await concurrently(readsAtOnce, live.entries(), async ([index, row]) => {
      stop.throwIfAborted();
      held[index] = await unsidOf(row);
    });
    for (const [index, row] of live.entries()) {
      const unsid = held[index];
      if (unsid) yield { kind: "subscription", row: withoutEtag(row), unsid };
      else leftOut();
    }
    output.progress(`${(devices += live.length)} subscriptions in ${(pages += 1)} pages of the table.`);
  }
}

const withoutEtag = ({ etag: _, ...row }: StoredRow): Row => row;
