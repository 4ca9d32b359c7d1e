/** The port that keeps every calling app within its writes a minute, over all instances (contract 2.6). */
export type AppWrites = {
  /**
   * Takes one permit. Throws a `Problem` of kind `busy`, with a true `retryAfterSeconds`, when the app has none left;
   * `Unavailable` when permits cannot be counted.
   */
  readonly take: (clientId: string) => Promise<Permit>;
};

/** `giveBack`: the write came to nothing, so it does not count. */
export type Permit = { readonly giveBack: () => void };
