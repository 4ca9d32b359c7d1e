import type { DataCipher } from "../../../shared/data-keys.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { subscriptionsBelow, subscriptionsFrom, unsidOf } from "../../../shared/subscription/subscription-row.ts";
import { Failed } from "../failed.ts";

/** So many rows tell; a table without any is not gone through to its end. */
const rowsEnough = 20;
const pagesMost = 20;

/**
 * Throws `Failed` when none of the subscriptions there opens with these keys: what is sealed with another server's key is lost to this one.
 * One of a key that was taken away proves nothing, and neither does a table without subscriptions.
 */
export const requireOwnKeys = async (feeds: Table, cipher: DataCipher): Promise<void> => {
  let tried = 0;
  let pages = 0;
  for await (const rows of feeds.withRowKeys(subscriptionsFrom, subscriptionsBelow)) {
    for (const row of rows) {
      if (unsidOf(row, cipher, () => undefined) !== undefined) return;
      tried += 1;
    }
    pages += 1;
    if (tried >= rowsEnough || pages >= pagesMost) break;
  }
  if (tried > 0)
    throw new Failed("DATA_KEYS is not the service's: none of the subscriptions that are there opens with it.");
};
