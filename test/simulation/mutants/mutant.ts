/** A rule broken on purpose: one textual change to one of the real sources. */
export type Mutant = {
  /** The rule that is broken, as what the broken code does. */
  readonly name: string;
  /** Relative to the repository's root. */
  readonly file: string;
  /** Must occur exactly once in the file, or the change is not what was meant. */
  readonly find: string;
  readonly replace: string;
  /** Only seeds of that weather are tried: where the order of things is all that the rule is about. */
  readonly needs?: "a rush";
  /** Found by one seed in many hundreds: hunted only when all are. */
  readonly isRare?: true;
  /** A seed that is not far from one that catches it, to save time. 1 by default. It need not be kept exact. */
  readonly from?: number;
};

/** The source with the rule broken. Throws when there is not exactly one place for it: then the code has moved on, and the mutant must follow. */
export const mutated = (source: string, { name, file, find, replace }: Mutant): string => {
  const places = source.split(find).length - 1;
  if (places === 1) return source.replace(find, () => replace);
  throw new Error(`The mutant "${name}" finds its text ${places} times in ${file}, not once: it must follow the code.`);
};
