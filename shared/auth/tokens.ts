import type { Caller } from "./caller.ts";

/** The port that says who a bearer token belongs to. */
export type Tokens = {
  /**
   * The caller named by the value of an `Authorization` header. Throws a `Problem` of kind `unauthenticated` when it is
   * missing, malformed, expired, badly signed, or of another issuer or audience; `Unavailable` when the issuer's keys cannot be had.
   */
  readonly verify: (authorization: string | null) => Promise<Caller>;
};
