import type { StoredRow } from "../../shared/storage/table.ts";

/** The rows of one partition, in the order of their keys. */
export type SortedRows = {
  readonly get: (rowKey: string) => StoredRow | undefined;
  readonly set: (row: StoredRow) => void;
  readonly delete: (rowKey: string) => void;
  /** Those whose key is not below this one. Rows must not come or go while this is read. */
  readonly from: (rowKey: string) => Iterable<StoredRow>;
};

export const sortedRows = (): SortedRows => {
  const rows = new Map<string, StoredRow>();
  /** By code units, as the service compares. */
  const keys: string[] = [];

  /** The index of the first key that is not below this one, by halving. */
  const positionOf = (rowKey: string): number => {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? "") < rowKey) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  return {
    get: (rowKey) => rows.get(rowKey),
    set: (row) => {
      if (!rows.has(row.rowKey)) keys.splice(positionOf(row.rowKey), 0, row.rowKey);
      rows.set(row.rowKey, row);
    },
    delete: (rowKey) => {
      if (rows.delete(rowKey)) keys.splice(positionOf(rowKey), 1);
    },
    *from(rowKey) {
      for (let index = positionOf(rowKey); index < keys.length; index += 1) {
        const row = rows.get(keys[index] ?? "");
        if (row) yield row;
      }
    },
  };
};
