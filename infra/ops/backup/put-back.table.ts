import type { FeedKey } from "../../../shared/feed-key.ts";
import { tableExpiryHints } from "../../../shared/storage/expiry-hints.table.ts";
import { RowConflict, type Row, type Table, type Tables } from "../../../shared/storage/table.ts";
import { endOf } from "../../../shared/subscription/subscription-row.ts";
import { deleteIfThere } from "../../../shared/subscription/unsids.table.ts";
import type { Kept } from "./records.ts";

/** What became of a row: put back, or one was there, which is newer and stays; or a UNSID that its device has not any more. */
export type Put = "restored" | "there" | "replaced";

type Device = Extract<Kept, { readonly kind: "subscription" }>;

type Use = {
  readonly tables: Pick<Tables, "apps" | "feeds" | "unsids" | "expiries">;
  /** Told of every row, once it is done. */
  readonly put: (what: Kept["kind"] | "unsid", how: Put) => void;
};

/** As many as a transaction may change. */
export const devicesAtOnce = 100;

/** Puts rows back where none is. Repeating it does what is left. Throws as the store does. */
export const puttingBack = ({ tables, put }: Use) => {
  const { apps, feeds, unsids, expiries } = tables;
  const hints = tableExpiryHints(expiries);

  /** The hints come before the rows they are for: a crash in between leaves hints, which do no harm, and never rows that are not purged. */
  const note = async ({ row, unsid }: Device): Promise<void> => {
    await hints.note(row.partitionKey as FeedKey, endIn(row));
    await hints.noteUnsid(unsid.partitionKey, endIn(unsid));
  };

  /**
   * A subscription has one UNSID. Where it was made anew since, the new one counts, and the old names nobody, as if it had been renewed;
   * where it is taken away at this moment, whoever does so may not have seen the UNSID.
   */
  const putUnsid = async ({ row, unsid }: Device, isKnown: boolean): Promise<Put> => {
    const isIts = async (): Promise<boolean> =>
      (await feeds.find(row.partitionKey, row.rowKey))?.unsidKey === unsid.partitionKey;
    if (!isKnown && !(await isIts())) return "replaced";
    if (!(await inserted(unsids, unsid))) return "there";
    if (await isIts()) return "restored";
    await deleteIfThere(unsids, unsid);
    return "replaced";
  };

  return {
    registered: async ({ kind, row }: Kept): Promise<void> => {
      put(kind, (await inserted(apps, row)) ? "restored" : "there");
    },
    /** Devices of one feed, `devicesAtOnce` at most. A crash leaves some without their UNSID: a repeat finds them there, and gives it back. */
    devices: async (devices: readonly Device[]): Promise<void> => {
      for (const device of devices) await note(device);
      const rows = devices.map(({ row }) => row);
      const isNew = (await insertedTogether(feeds, rows)) ? rows.map(() => true) : await eachInserted(feeds, rows);
      for (const [index, device] of devices.entries()) {
        put("subscription", isNew[index] === true ? "restored" : "there");
        put("unsid", await putUnsid(device, isNew[index] === true));
      }
    },
  };
};

const endIn = (row: Row): number => endOf({ ...row, etag: "" });

const inserted = async (table: Table, row: Row): Promise<boolean> => {
  try {
    await table.write({ kind: "insert", row });
    return true;
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
    return false;
  }
};

/** False when one of them is there: then none was put back. */
const insertedTogether = async (table: Table, rows: readonly Row[]): Promise<boolean> => {
  if (rows.length === 1) return false; // one by itself costs less
  try {
    await table.transact(rows.map((row) => ({ kind: "insert", row })));
    return true;
  } catch (error) {
    if (!(error instanceof RowConflict)) throw error;
    return false;
  }
};

const eachInserted = async (table: Table, rows: readonly Row[]): Promise<readonly boolean[]> => {
  const isNew: boolean[] = [];
  for (const row of rows) isNew.push(await inserted(table, row));
  return isNew;
};
