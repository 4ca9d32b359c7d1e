import { printInstant } from "../../../shared/notification/instant.ts";
import type { Row } from "../../../shared/storage/table.ts";
import { jsonOfColumns, rowOfJson } from "./row-json.ts";

/** One thing that a backup keeps: rows of the tables, without their ETags. What expires has its hints made anew from them. */
export type Kept =
  /** An app that is registered, or an entry of the block list: a row of `apps`. */
  | { readonly kind: "app" | "block"; readonly row: Row }
  /** A device: its row of `feeds`, channel and UNSID sealed, and the row of `unsids` that says whose it is. */
  | { readonly kind: "subscription"; readonly row: Row; readonly unsid: Row };

export type Counts = Readonly<Record<Kept["kind"], number>>;
export const noCounts: Counts = { app: 0, block: 0, subscription: 0 };

/** Of which tables it is, and since when what happened to them may be missing (epoch milliseconds). */
export type Heading = { readonly from: string; readonly beganAt: number };

/** The number of the format. A reader refuses another one. */
export const formatNumber = 1;

const about =
  "Backup of Fanfare: each line is JSON. Lines app, block and subscription hold rows of the tables apps, feeds (row) and unsids (unsid), typed " +
  "as Table Storage's own JSON. Members channel and unsid of a subscription's row are sealed with DATA_KEYS. The last line has counts and the SHA-256 of " +
  "all lines before it. Personal: who has which device at which app, by tenant, object id and sign-in name, and what people call their devices.";

export const headingText = ({ from, beganAt }: Heading): string =>
  JSON.stringify({ kind: "fanfare-backup", format: formatNumber, beganDateTime: printInstant(beganAt), from, about });

export const keptText = (kept: Kept): string => {
  const { kind, row } = kept;
  return JSON.stringify({
    kind,
    row: jsonOfColumns(row),
    ...(kept.kind === "subscription" && { unsid: jsonOfColumns(kept.unsid) }),
  });
};

/** Reads a line's record, as `JSON.parse` gave it. Undefined when it is none that is kept. */
export const keptOf = (json: Readonly<Record<string, unknown>>): Kept | undefined => {
  const { kind } = json;
  const row = rowOfJson(json.row);
  if (row === undefined) return undefined;
  if (kind === "app" || kind === "block") return { kind, row };
  const unsid = rowOfJson(json.unsid);
  return kind === "subscription" && unsid ? { kind, row, unsid } : undefined;
};
