import type { NoToken } from "./token-cache.ts";

/** A token for the next request; `refused` is the one before it. */
export type TokenFor = (refused?: string) => Promise<{ readonly kind: "token"; readonly token: string } | NoToken>;

/**
 * Sends with a token, and once more with a new one where the vendor says `token-refused`: it may have ended, or been withdrawn, before its time.
 * Resolves to `token-refused` where the new one is refused as well, or there is no other.
 */
export const withToken = async <Verdict extends { readonly kind: string }>(
  tokenFor: TokenFor,
  send: (token: string) => Promise<Verdict>,
): Promise<Verdict | NoToken> => {
  const first = await tokenFor();
  if (first.kind !== "token") return first;
  const verdict = await send(first.token);
  if (verdict.kind !== "token-refused") return verdict;
  const second = await tokenFor(first.token);
  if (second.kind !== "token") return second;
  return second.token === first.token ? verdict : send(second.token);
};
