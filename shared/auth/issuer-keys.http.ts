import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import * as z from "zod";
import { milliseconds, type Clock } from "../clock.ts";
import { Unavailable } from "../unavailable.ts";

type Options = {
  /** Exactly as it stands in `iss`. */
  readonly issuer: string;
  readonly clock: Clock;
  /** For each of the two requests. */
  readonly timeLimitMs: number;
};

/** Older than this, keys are fetched anew behind the answer. */
const freshMs = 10 * milliseconds.minute;
/** Beyond the first time, no two fetches begin within this, however many tokens name keys that nobody knows. */
const fetchesApartMs = milliseconds.minute;

type Kept = { readonly keyFor: JWTVerifyGetKey; readonly readAt: number };

export type IssuerKeys = {
  readonly keyFor: JWTVerifyGetKey;
  /** The keys that are held, as one thing to compare: another once they were fetched again. Has that done behind the answer, as a token does. */
  readonly held: () => unknown;
};

/**
 * An issuer's published keys, by OpenID Connect Discovery 1.0, section 4. They are asked for with the first token, and go on
 * working however long the issuer is away: a token is no worse for that. (The cache of jose itself ends after ten minutes.)
 * Throws `Unavailable` when there are none yet, or when a key is not known and the issuer cannot be asked.
 */
export const issuerKeys = ({ issuer, clock, timeLimitMs }: Options): IssuerKeys => {
  let kept: Kept | undefined;
  let jwksUri: string | undefined;
  let lastFetch = { beganAt: -Infinity, failed: false };
  let fetching: Promise<Kept> | undefined;

  const read = async (): Promise<Kept> => {
    const readAt = clock.now();
    // Where the keys are is asked each time; an issuer that has forgotten that may still have the keys where they were.
    jwksUri = await keysAddressOf(issuer, timeLimitMs).catch((error: unknown) => {
      if (jwksUri === undefined) throw error;
      return jwksUri;
    });
    return {
      keyFor: createLocalJWKSet(keySetSchema.parse(await answerOf(jwksUri, timeLimitMs))),
      readAt,
    };
  };

  const fetchKeys = (): Promise<Kept> => {
    if (fetching) return fetching;
    lastFetch = { beganAt: clock.now(), failed: false };
    fetching = read()
      .then((found) => (kept = found))
      .catch((error: unknown) => {
        lastFetch = { ...lastFetch, failed: true };
        throw new Unavailable("The token issuer", { cause: error });
      })
      .finally(() => (fetching = undefined));
    return fetching;
  };
  const mayFetch = (): boolean => clock.now() - lastFetch.beganAt >= fetchesApartMs;

  const keepFresh = ({ readAt }: Kept): void => {
    if (clock.now() - readAt > freshMs && mayFetch()) fetchKeys().catch(() => undefined);
  };

  const keyFor: JWTVerifyGetKey = async (header, token) => {
    const known = kept ?? (await fetchKeys());
    keepFresh(known);
    try {
      return await known.keyFor(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // A new key of theirs, or nobody's: ask, or wait for who is asking. Those that come within the minute are told by what was found.
      const newest = fetching || mayFetch() ? await fetchKeys() : kept;
      if (lastFetch.failed) throw new Unavailable("The token issuer", { cause: error });
      return (newest ?? known).keyFor(header, token);
    }
  };
  const held = (): unknown => {
    if (kept) keepFresh(kept);
    return kept;
  };
  return { keyFor, held };
};

/** At least one key: an issuer that publishes none has an accident, and signs with those it had. */
const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

const keysAddressOf = async (issuer: string, timeLimitMs: number): Promise<string> => {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri } = discoverySchema.parse(await answerOf(address, timeLimitMs));
  // Section 4.3: else one issuer's document could stand for another.
  if (named !== issuer) throw new Error("The discovery document is another issuer's.");
  if (issuer.startsWith("https:") && !jwks_uri.startsWith("https:")) throw new Error("The keys are not at https.");
  return jwks_uri;
};
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

const answerOf = async (address: string, timeLimitMs: number): Promise<unknown> => {
  const answer = await fetch(address, { signal: AbortSignal.timeout(timeLimitMs), redirect: "error" });
  if (!answer.ok) throw new Error(`The issuer answered ${answer.status}.`);
  return answer.json();
};
