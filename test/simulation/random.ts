/** All chance of a simulation. The same seed gives the same numbers, on every machine. */
export type Random = {
  /** The next number in [0, 1). */
  readonly next: () => number;
  /** True in about this part of all cases. */
  readonly chance: (part: number) => boolean;
  /** A whole number from `least` to `most`, both included. */
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(among: readonly [T, ...T[]]) => T;
  /** One of them, or undefined when there is none. */
  readonly pickOf: <T>(among: readonly T[]) => T | undefined;
  /** Each of them in about this part of all cases, in their order. */
  readonly some: <T>(among: readonly T[], part: number) => T[];
};

/** Chris Doty-Humphrey's sfc32 of PractRand, a small generator of good quality: http://pracrand.sourceforge.net */
export const randomFrom = (seed: number): Random => {
  let [a, b, c, count] = [0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162 + seed, 1];
  const next = (): number => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round += 1) next(); // neighbouring seeds part

  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  const pickOf = <T>(among: readonly T[]): T | undefined => among[whole(0, among.length - 1)];
  return {
    next,
    chance: (part) => next() < part,
    whole,
    pick: (among) => pickOf(among) ?? among[0],
    pickOf: (among) => (among.length === 0 ? undefined : pickOf(among)),
    some: (among, part) => among.filter(() => next() < part),
  };
};
