import { createPublicKey } from "node:crypto";
import { SignJWT } from "jose";
import { milliseconds, type Clock } from "../../clock.ts";
import { hashOf } from "../../hash.ts";
import { Unavailable } from "../../unavailable.ts";
import type { SharedTokens, SignedToken } from "../shared-tokens.ts";
import type { ApnsCredential } from "./credential.ts";

/** Apple takes a token for an hour and wants no new one within 20 minutes; ten minutes of the hour are for clocks that differ. */
const renewAfterMs = 50 * milliseconds.minute;
const lifeMs = 59 * milliseconds.minute;
const leastBetweenMs = 20 * milliseconds.minute;
/** What was signed later than this from now has a clock that was wrong, and Apple, whose clock is right, takes it no more than one too old. */
const aheadMostMs = 5 * milliseconds.minute;

type Uses = { readonly tokens: SharedTokens; readonly clock: Clock };

/** Of one key; at most one round of looking for, or signing, is on its way. */
type Held = { token?: SignedToken; round?: Promise<SignedToken | undefined>; restsUntil: number };

/** What there is to send with in the place of a refused token: another one; none, for the refused one is too new to be replaced; or none yet. */
export type Instead =
  { readonly kind: "token"; readonly token: SignedToken } | { readonly kind: "too-new" | "not-now" };

/**
 * The tokens by which APNs knows us, one for each key, shared by all instances. However many instances there are and whatever they are
 * answered, at most one is signed in 20 minutes for a key: a new one takes the place of exactly that one which was found, and only when that
 * is old enough. https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns
 *
 * While the store is away a known token is used as long as Apple takes it. After that there is none: if each instance signed one of its own,
 * Apple would refuse them all for a while, and without the store there is nothing to deliver from either.
 */
export const providerTokens = ({ tokens, clock }: Uses) => {
  const keys = new Map<string, Held>();
  const heldOf = (name: string): Held => {
    const held = keys.get(name) ?? { restsUntil: -Infinity };
    keys.set(name, held);
    return held;
  };
  const ageOf = ({ signedAt }: SignedToken): number => {
    const age = clock.now() - signedAt;
    return age < -aheadMostMs ? Infinity : age;
  };
  const isAlive = (token: SignedToken | undefined): token is SignedToken =>
    token !== undefined && ageOf(token) < lifeMs;

  /** The store's, if it will do, else a new one, if there may be one already. Whoever asks meanwhile gets the same. */
  const found = (credential: ApnsCredential, will: (token: SignedToken) => boolean) => {
    const name = tokenNameOf(credential);
    const held = heldOf(name);
    const look = async (): Promise<SignedToken | undefined> => {
      const shared = await tokens.find(name);
      if (shared && will(shared)) return (held.token = shared);
      // The store may have lost what we know: Apple has seen it all the same.
      const isTooSoon = [shared, held.token].some((one) => one !== undefined && ageOf(one) < leastBetweenMs);
      if (isTooSoon || clock.now() < held.restsUntil) return shared ?? held.token;
      return (held.token = await tokens.offer(name, await signed(credential, clock.now()), shared));
    };
    held.round ??= look().finally(() => delete held.round);
    return held.round;
  };

  return {
    /** The one to send with now; undefined when there is none. */
    of: async (credential: ApnsCredential): Promise<SignedToken | undefined> => {
      const held = heldOf(tokenNameOf(credential));
      if (held.token && ageOf(held.token) < renewAfterMs) return held.token;
      const token = (await unlessAway(found(credential, (shared) => ageOf(shared) < renewAfterMs))) ?? held.token;
      return isAlive(token) ? token : undefined;
    },

    /** For when Apple finds a token too old: the one that others use meanwhile, or a new one. */
    insteadOf: async (credential: ApnsCredential, stale: SignedToken): Promise<Instead> => {
      const held = heldOf(tokenNameOf(credential));
      const isNewer = (one: SignedToken): boolean => isAlive(one) && one.signedAt > stale.signedAt;
      const known = held.token;
      const token = known && isNewer(known) ? known : await unlessAway(found(credential, isNewer));
      if (token && isNewer(token)) return { kind: "token", token };
      return { kind: token && ageOf(stale) < leastBetweenMs ? "too-new" : "not-now" };
    },

    /** Apple says that it has seen too many: this instance signs none for 20 minutes. */
    rest: (credential: ApnsCredential): void => {
      heldOf(tokenNameOf(credential)).restsUntil = clock.now() + leastBetweenMs;
    },
  };
};

export type ProviderTokens = ReturnType<typeof providerTokens>;

const names = new WeakMap<ApnsCredential, string>();

/**
 * Under which name a key's token is shared. The key itself has a part in it: one that was wrong under the same ids, and is set right, is
 * not kept waiting by the token it had signed.
 */
export const tokenNameOf = (credential: ApnsCredential): string => {
  const name = names.get(credential) ?? newNameOf(credential);
  names.set(credential, name);
  return name;
};

const newNameOf = ({ teamId, keyId, privateKey }: ApnsCredential): string => {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" }).toString("base64url");
  return ["apns", teamId, keyId, hashOf("key", publicKey)].join(":");
};

const signed = async ({ teamId, keyId, privateKey }: ApnsCredential, now: number): Promise<SignedToken> => ({
  token: await new SignJWT()
    .setProtectedHeader({ alg: "ES256", kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt(Math.floor(now / milliseconds.second))
    .sign(privateKey),
  signedAt: now,
});

/** Undefined when the store is away; anything else it throws is a bug of ours. */
const unlessAway = async (round: Promise<SignedToken | undefined>): Promise<SignedToken | undefined> => {
  try {
    return await round;
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
};
