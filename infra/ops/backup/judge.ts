import { appOf, appRowKey, blockOf, blockRow } from "../../../shared/auth/app-rows.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import type { Row, StoredRow } from "../../../shared/storage/table.ts";
import { endOf, rowKeyOf, unopened, unsidPlaceIn } from "../../../shared/subscription/subscription-row.ts";
import type { UnsidHolder } from "../../../shared/subscription/subscription.ts";
import { holderIn } from "../../../shared/subscription/unsids.table.ts";
import { subjectTold } from "../audit.ts";
import { auditIdOf, type Person } from "../user/person.ts";
import { endingMs } from "./collect.table.ts";
import type { Kept } from "./records.ts";

/** What becomes of a record: it is put back, or has ended, or is somebody's who is to be left out, or is no record of this version's. */
export type Judged =
  | { readonly kind: "wanted"; readonly kept: Kept }
  | { readonly kind: "ended" }
  | { readonly kind: "left out" }
  | { readonly kind: "refused"; readonly reason: string };

type Rules = {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Who and what is not put back, as the audit calls them: `person <hash>`, `app <host name>`, `client <id>`. */
  readonly without: ReadonlySet<string>;
};

/** How the audit calls a person. */
export const auditNameOf = (person: Person): string => subjectTold({ kind: "person", id: auditIdOf(person) });

/** Judges what a line of a backup keeps. Whatever is put back is what this version can read. */
export const judged = (kept: Kept | undefined, { now, without }: Rules): Judged => {
  if (kept === undefined) return { kind: "refused", reason: "it is nothing that this version knows" };
  if (kept.kind !== "subscription") {
    const isReadable = kept.kind === "app" ? isApp(read(kept.row)) : isBlock(read(kept.row));
    if (!isReadable) return { kind: "refused", reason: `it is no ${kept.kind} that can be read` };
    return without.has(registeredNameOf(kept)) ? { kind: "left out" } : { kind: "wanted", kept };
  }
  const row = read(kept.row);
  const holder = holderIn(read(kept.unsid), () => undefined);
  if (!holder || !isTheirs(kept, holder))
    return { kind: "refused", reason: "its two rows are not of one subscription" };
  if (!unopened(row)) return { kind: "refused", reason: "it is no subscription that can be read" };
  if (without.has(auditNameOf(holder))) return { kind: "left out" };
  return endOf(row) > now + endingMs ? { kind: "wanted", kept } : { kind: "ended" };
};

/** How the audit calls an app or an entry of the block list. Its row can be read. */
const registeredNameOf = ({ kind, row }: Kept): string =>
  subjectTold(kind === "app" ? { kind, id: appOf(read(row)).hostName } : blockOf(read(row)));

/** As the readers of rows take one: there is no ETag before it is stored. */
const read = (row: Row): StoredRow => ({ ...row, etag: "" });

const isApp = (row: StoredRow): boolean => row.rowKey === appRowKey && doesNotThrow(() => appOf(row));

const isBlock = (row: StoredRow): boolean =>
  doesNotThrow(() => {
    const { partitionKey, rowKey } = blockRow(blockOf(row));
    if (partitionKey !== row.partitionKey || rowKey !== row.rowKey) throw new TypeError("It stands elsewhere.");
  });

const doesNotThrow = (reading: () => unknown): boolean => {
  try {
    reading();
    return true;
  } catch {
    return false;
  }
};

/** Whose it is says the UNSID's row, and both keys are made of that: a subscription cannot be passed off as somebody else's. */
const isTheirs = ({ row, unsid }: Extract<Kept, { kind: "subscription" }>, holder: UnsidHolder): boolean => {
  const place = unsidPlaceIn(read(row));
  return (
    place?.partitionKey === unsid.partitionKey &&
    place.rowKey === unsid.rowKey &&
    row.partitionKey === feedKeyOf(holder, holder.hostName) &&
    row.rowKey === rowKeyOf(holder.subscriptionId)
  );
};
