import { createHash } from "node:crypto";

/** A source of chance that draws the same again for the same seed. */
export type Chance = {
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  /** True with this probability. */
  readonly is: (probability: number) => boolean;
  /** One of these, which must be some. */
  readonly oneOf: <T>(items: readonly [T, ...T[]]) => T;
  /** The same items in another order. */
  readonly shuffled: <T>(items: readonly T[]) => T[];
};

/**
 * Chance for one purpose. Each purpose has a sequence of its own, so that a run with more notifications, say, still kills at the same
 * times. The generator is SFC32 (Chris Doty-Humphrey's PractRand): small, fast, and good enough to shake a stack.
 */
export const chanceOf = (seed: number, purpose: string): Chance => {
  const digest = createHash("sha256").update(`${seed} ${purpose}`).digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  /** In [0, 1). */
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  const between: Chance["between"] = (least, most) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    is: (probability) => next() < probability,
    oneOf: (items) => items[between(0, items.length - 1)] ?? items[0],
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ item }) => item),
  };
};
