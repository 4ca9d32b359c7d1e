/**
 * The port to one table, as narrow as this service needs it. The Azure implementation is `azure.table.ts`;
 * whatever else implements it passes `test/contracts/table/`.
 */
export type Table = {
  /** The row, or undefined when there is none. */
  readonly find: (partitionKey: string, rowKey: string) => Promise<StoredRow | undefined>;
  /** The rows of one partition whose key is in [from, below), in the order of their keys, read page by page. */
  readonly range: (partitionKey: string, from: string, below: string, only?: Only) => AsyncIterable<StoredRow>;
  /** Rows of all partitions whose key is below this one, in the order of partition and row key; at most so many. */
  readonly partitionsBelow: (partitionKey: string, limit: number) => AsyncIterable<StoredRow>;
  /**
   * The rows of that key in all partitions, page by page, the many empty ones too. The store goes through the whole table for it: for
   * an operator's question only, who sees by the pages that it goes on.
   */
  readonly withRowKey: (rowKey: string) => AsyncIterable<readonly StoredRow[]>;
  /** Likewise the rows of all partitions whose key is in [from, below). */
  readonly withRowKeys: (from: string, below: string) => AsyncIterable<readonly StoredRow[]>;
  /** Every row of the table: for small tables only. */
  readonly all: () => AsyncIterable<StoredRow>;
  /** Makes one change. Throws `RowConflict` as `transact` does. All methods throw `Unavailable` when the store is. */
  readonly write: (change: Change) => Promise<void>;
  /**
   * Changes up to 100 rows of one partition, all or none (4 MiB at most).
   * Throws `RowConflict` when an insert finds a row, an `ifMatch` another version or none, or a delete none; nothing is changed then.
   */
  readonly transact: (changes: readonly Change[]) => Promise<void>;
};

/** Which rows of a range are wanted. */
type Only = {
  /** At most so many; no more than these are read. */
  readonly limit?: number;
  /** Only rows whose property `expiresAt` is at this instant (epoch milliseconds) or before; the store picks them. */
  readonly expiredAt?: number;
};

/** A number has a fraction, or is whole and of 32 bits: a longer one the service would refuse. */
export type RowValue = string | number | boolean | Date;
export type Row = { readonly partitionKey: string; readonly rowKey: string } & Readonly<Record<string, RowValue>>;
export type StoredRow = Row & { readonly etag: string };

/** `put` writes the row whole, whatever was there; `insert` only where none was; `replace` only the version that was read. */
export type Change =
  | { readonly kind: "insert" | "put"; readonly row: Row }
  | { readonly kind: "replace"; readonly row: Row; readonly ifMatch: string }
  | { readonly kind: "delete"; readonly partitionKey: string; readonly rowKey: string; readonly ifMatch?: string };

/** Somebody else wrote first. The remedy is to read again and decide again. */
export class RowConflict extends Error {
  override readonly name = "RowConflict";
}

/** All but `audit` are the app's; that one is written by the operator's commands alone (`infra/ops/audit.table.ts`). */
export const tableNames = [
  "feeds",
  "unsids",
  "apps",
  "deliveries",
  "expiries",
  "throttles",
  "tokens",
  "audit",
] as const;
type TableName = (typeof tableNames)[number];
export type Tables = Readonly<Record<TableName, Table>>;
