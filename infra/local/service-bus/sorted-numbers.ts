/** Chunks are split above this size, so that inserting or deleting moves at most this many numbers. */
const chunkMax = 1024;

/** An ordered set of numbers. Adding and deleting cost O(log n) plus a bounded move; the first and a range are cheap. */
export type SortedNumbers = {
  readonly size: () => number;
  /** Adds a number; adding one that is there changes nothing. */
  readonly add: (value: number) => void;
  /** Deletes a number; true when it was there. */
  readonly delete: (value: number) => boolean;
  readonly first: () => number | undefined;
  /** The numbers not below `start`, ascending. The set must not change while this is read. */
  readonly from: (start: number) => Generator<number, void>;
};

export const sortedNumbers = (): SortedNumbers => {
  const chunks: number[][] = [];
  let size = 0;

  /** Index of the first chunk whose last number is not below `value`; the number of chunks if there is none. */
  const chunkFor = (value: number): number =>
    lowerBound(chunks.length, (index) => (chunks[index]?.at(-1) ?? -Infinity) < value);

  return {
    size: () => size,
    first: () => chunks[0]?.[0],
    add: (value) => {
      const at = Math.min(chunkFor(value), Math.max(chunks.length - 1, 0));
      const chunk = (chunks[at] ??= []);
      const place = positionIn(chunk, value);
      if (chunk[place] === value) return;
      chunk.splice(place, 0, value);
      size += 1;
      if (chunk.length > chunkMax) chunks.splice(at + 1, 0, chunk.splice(chunkMax / 2));
    },
    delete: (value) => {
      const at = chunkFor(value);
      const chunk = chunks[at];
      if (!chunk) return false;
      const place = positionIn(chunk, value);
      if (chunk[place] !== value) return false;
      chunk.splice(place, 1);
      size -= 1;
      if (chunk.length === 0) chunks.splice(at, 1);
      return true;
    },
    *from(start) {
      const at = chunkFor(start);
      for (const [index, chunk] of chunks.slice(at).entries()) {
        yield* index === 0 ? chunk.slice(positionIn(chunk, start)) : chunk;
      }
    },
  };
};

const positionIn = (chunk: readonly number[], value: number): number =>
  lowerBound(chunk.length, (index) => (chunk[index] ?? Infinity) < value);

/** The first index for which `isBelow` is false, by halving. */
const lowerBound = (length: number, isBelow: (index: number) => boolean): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBelow(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};
