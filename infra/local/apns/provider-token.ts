import { createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";
import type { VendorAccounts } from "../vendor-accounts.ts";
import { refused, type Refusal } from "./refusal.ts";

const tokenLifeMs = 60 * 60 * 1000;
/** Apple does not say how far a clock may be ahead of its own; so much is nobody's fault. */
const aheadMaxMs = 5 * 60 * 1000;
const rememberedMax = 1_000;

/** The token of `authorization: bearer <token>`; undefined when there is none. */
export const providerTokenOf = (authorization: string | undefined): string | undefined =>
  /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];

/**
 * Checks provider tokens: signed with the account's key, of its team, and issued within the last hour. What was verified once is only
 * looked at for its age afterwards, for senders use one token for an hour and a signature costs more than all else.
 * https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 */
export const providerTokenCheck = (
  account: VendorAccounts["apns"],
  now: () => number,
): ((token: string) => Promise<Refusal | undefined>) => {
  const publicKey = createPublicKey(account.privateKey);
  const issuedAt = new Map<string, number>();

  /** When it was issued, milliseconds since the epoch. */
  const verified = async (token: string): Promise<number | Refusal> => {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
        algorithms: ["ES256"],
        issuer: account.teamId,
        requiredClaims: ["iat"],
        currentDate: new Date(now()),
      });
      const { iat = 0 } = payload;
      if (protectedHeader.kid !== account.keyId) return invalid("Its kid is not the id of the account's key.");
      return iat * 1000 > now() + aheadMaxMs ? invalid("Its iat is in the future.") : iat * 1000;
    } catch (error) {
      return invalid(error instanceof Error ? error.message : String(error));
    }
  };

  return async (token) => {
    const issued = issuedAt.get(token) ?? (await verified(token));
    if (typeof issued !== "number") return issued;
    issuedAt.set(token, issued);
    // A Map keeps the order of insertion: the first key is the oldest.
    const [oldest] = issuedAt.keys();
    if (issuedAt.size > rememberedMax && oldest !== undefined) issuedAt.delete(oldest);
    if (now() <= issued + tokenLifeMs) return undefined;
    return refused("ExpiredProviderToken", "The provider token was issued more than an hour ago.");
  };
};

const invalid = (why: string): Refusal => refused("InvalidProviderToken", `The provider token is not valid. ${why}`);
