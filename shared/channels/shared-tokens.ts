/** A token that we sign ourselves, and when: epoch milliseconds. */
export type SignedToken = { readonly token: string; readonly signedAt: number };

/**
 * The port to tokens that all instances share, because a vendor wants few of them. Methods throw `Unavailable` when the store is.
 */
export type SharedTokens = {
  /** The token of that name that all use now, or undefined where there is none, or none that this instance can open. */
  readonly find: (name: string) => Promise<SignedToken | undefined>;
  /**
   * Offers a new token in place of the one that was found (`undefined`: none was). Resolves to the one that all use from now on: this one, or
   * another's that was offered before it.
   */
  readonly offer: (name: string, made: SignedToken, found: SignedToken | undefined) => Promise<SignedToken>;
};
