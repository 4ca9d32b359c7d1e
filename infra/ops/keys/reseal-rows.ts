import { systemClock } from "../../../shared/clock.ts";
import { concurrently } from "../../../shared/concurrently.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { decidedAnew } from "../../../shared/storage/decided-anew.ts";
import type { StoredRow, Tables } from "../../../shared/storage/table.ts";
import { resealed, sealedIn, type Sealed } from "./sealed.ts";

type Use = {
  readonly stop: AbortSignal;
  /** Told of each row that was sealed anew, and of how many were looked at by then. */
  readonly each: (what: Sealed["what"]) => void;
  readonly looked: (rows: number) => void;
};

const atOnce = 16;

/**
 * Seals anew, with the first key, whatever another one sealed and opens. Each row is replaced as it was read: a device that renews meanwhile
 * wins, and its row is read again. Repeating it does what is left. Throws when it is stopped, between two rows, and as the store does.
 */
export const resealRows = async (
  tables: Tables,
  keys: readonly [DataKey, ...DataKey[]],
  { stop, each, looked }: Use,
): Promise<void> => {
  const own = { cipher: dataCipher(keys), first: keys[0].id };
  let rows = 0;
  for (const sealed of sealedIn(tables)) {
    const { table, what, pages } = sealed;
    const reseal = async (found: StoredRow): Promise<void> => {
      let row: StoredRow | undefined = found;
      const attempt = async (): Promise<boolean> => {
        const read = row ?? (await table.find(found.partitionKey, found.rowKey));
        row = undefined;
        const anew = read && resealed(read, sealed, own);
        if (read && anew) await table.write({ kind: "replace", row: anew, ifMatch: read.etag });
        return anew !== undefined;
      };
      if (await decidedAnew("A row that is sealed", attempt, { clock: systemClock })) each(what);
    };
    for await (const page of pages()) {
      await concurrently(atOnce, page, async (row) => {
        stop.throwIfAborted();
        await reseal(row);
      });
      looked((rows += page.length));
    }
  }
};
