import type { StoredRow } from "../../shared/storage/table.ts";

/** The rows of one partition, in the order of their keys. */
export type SortedRows = {
  readonly get: (rowKey: string) => StoredRow | undefined;
  readonly set: (row: StoredRow) => void;
  readonly delete: (rowKey: string) => void;
  /** Those whose key is not below this one. Rows must not come or go while this is read. */
  readonly from: (rowKey: string) => Iterable<StoredRow>;
};

/** So many keys stand together at most: who comes or goes moves these and no others, however many rows there are. */
const blockMost = 256;

export const sortedRows = (): SortedRows => {
  const rows = new Map<string, StoredRow>();
  /** By code units, as the service compares. Blocks of keys, none of which is empty but one that is alone. */
  const blocks: string[][] = [[]];

  /** The block that has the key, or would have it: the last one that does not begin behind it. */
  const blockOf = (rowKey: string): { readonly keys: string[]; readonly at: number } => {
    const at = Math.max(0, firstIndex(blocks.length, (index) => (blocks[index]?.[0] ?? "") > rowKey) - 1);
    return { keys: blocks[at] ?? [], at };
  };
  /** The index in a block of the first key that is not below this one. */
  const positionIn = (keys: readonly string[], rowKey: string): number =>
    firstIndex(keys.length, (index) => (keys[index] ?? "") >= rowKey);

  return {
    get: (rowKey) => rows.get(rowKey),
    set: (row) => {
      const { rowKey } = row;
      if (!rows.has(rowKey)) {
        const { keys, at } = blockOf(rowKey);
        keys.splice(positionIn(keys, rowKey), 0, rowKey);
        if (keys.length > blockMost) blocks.splice(at + 1, 0, keys.splice(blockMost / 2));
      }
      rows.set(rowKey, row);
    },
    delete: (rowKey) => {
      if (!rows.delete(rowKey)) return;
      const { keys, at } = blockOf(rowKey);
      keys.splice(positionIn(keys, rowKey), 1);
      if (keys.length === 0 && blocks.length > 1) blocks.splice(at, 1);
    },
    *from(rowKey) {
      const first = blockOf(rowKey);
      let index = positionIn(first.keys, rowKey);
      for (let { at } = first; at < blocks.length; at += 1, index = 0) {
        const keys = blocks[at] ?? [];
        for (; index < keys.length; index += 1) {
          const row = rows.get(keys[index] ?? "");
          if (row) yield row;
        }
      }
    },
  };
};

/** The first of so many for which it holds, as it does for all behind it; by halving. */
const firstIndex = (count: number, holds: (index: number) => boolean): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
};
