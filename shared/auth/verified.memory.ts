import { createHash } from "node:crypto";
import type { Caller } from "./caller.ts";

/** What was found out about a token once: it stays so for as long as these keys are held and the token's own times say. */
export type Verified = {
  readonly caller: Caller;
  /** The issuer's keys that it was verified with, and those held now; they are others as soon as they were fetched again. */
  readonly keys: unknown;
  readonly keysNow: () => unknown;
  /** The claims of those names, in seconds (RFC 7519, sections 4.1.4 and 4.1.5). */
  readonly exp: number;
  readonly nbf: number;
};

/** Of so many tokens, those that came last; an app server uses its own for an hour, a user's client likewise. */
const rememberedMost = 2_000;

/**
 * Remembers verified tokens, so that a caller's next request costs no signature. It answers only what verifying anew would answer: not once
 * keys were fetched again, for the token's may have been withdrawn, nor when the token has ended. Whatever it does not answer has to be
 * verified, which also finds the reason for a refusal. Tokens themselves are not kept, only their hashes.
 */
export const verifiedTokens = ({ toleranceSeconds }: { readonly toleranceSeconds: number }) => {
  const known = new Map<string, Verified>();
  return {
    callerOf: (token: string, now: number): Caller | undefined => {
      const key = keyOf(token);
      const verified = known.get(key);
      if (!verified) return undefined;
      known.delete(key);
      const seconds = Math.floor(now / 1_000);
      const isInTime = verified.exp > seconds - toleranceSeconds && verified.nbf <= seconds + toleranceSeconds;
      if (!isInTime || verified.keysNow() !== verified.keys) return undefined;
      known.set(key, verified); // behind all others: the one that was not asked for longest goes first
      return verified.caller;
    },
    keep: (token: string, verified: Verified): void => {
      const [oldest] = known.keys();
      if (oldest !== undefined && known.size >= rememberedMost) known.delete(oldest);
      known.set(keyOf(token), verified);
    },
  };
};

const keyOf = (token: string): string => createHash("sha256").update(token).digest("base64");
