/** A map that also tells its values in the order of their keys, by code units, as table services compare them. */
export type SortedMap<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  readonly delete: (key: string) => void;
  readonly isEmpty: () => boolean;
  /** Those whose key is not below this one. Keys must not come or go while this is read. */
  readonly from: (key: string) => Iterable<Value>;
};

/** So many keys stand together at most: who comes or goes moves these and no others, however many there are. */
const blockMost = 256;

export const sortedMap = <Value>(): SortedMap<Value> => {
  const values = new Map<string, Value>();
  /** Blocks of keys, none of which is empty but one that is alone. */
  const blocks: string[][] = [[]];

  /** The block that has the key, or would have it: the last one that does not begin behind it. */
  const blockOf = (key: string): { readonly keys: string[]; readonly at: number } => {
    const at = Math.max(0, firstIndex(blocks.length, (index) => (blocks[index]?.[0] ?? "") > key) - 1);
    return { keys: blocks[at] ?? [], at };
  };
  /** The index in a block of the first key that is not below this one. */
  const positionIn = (keys: readonly string[], key: string): number =>
    firstIndex(keys.length, (index) => (keys[index] ?? "") >= key);

  return {
    get: (key) => values.get(key),
    set: (key, value) => {
      if (!values.has(key)) {
        const { keys, at } = blockOf(key);
        keys.splice(positionIn(keys, key), 0, key);
        if (keys.length > blockMost) blocks.splice(at + 1, 0, keys.splice(blockMost / 2));
      }
      values.set(key, value);
    },
    delete: (key) => {
      if (!values.delete(key)) return;
      const { keys, at } = blockOf(key);
      keys.splice(positionIn(keys, key), 1);
      if (keys.length === 0 && blocks.length > 1) blocks.splice(at, 1);
    },
    isEmpty: () => values.size === 0,
    *from(key) {
      const first = blockOf(key);
      let index = positionIn(first.keys, key);
      for (let { at } = first; at < blocks.length; at += 1, index = 0) {
        const keys = blocks[at] ?? [];
        for (; index < keys.length; index += 1) {
          const value = values.get(keys[index] ?? "");
          if (value !== undefined) yield value;
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
