import { decodeJwt, errors, jwtVerify } from "jose";
import { systemClock, type Clock } from "../clock.ts";
import { Problem } from "../problem.ts";
import { Unavailable } from "../unavailable.ts";
import { callerOf } from "./caller.ts";
import { issuerKeys } from "./issuer-keys.http.ts";
import { speaksFor } from "./issuers.ts";
import type { Tokens } from "./tokens.ts";
import { verifiedTokens } from "./verified.memory.ts";

type Options = {
  /** Exact `iss` values; each has its keys by OpenID Connect Discovery 1.0, section 4. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** For each request to an issuer; 5,000 milliseconds by default. */
  readonly timeLimitMs?: number;
  readonly clock?: Clock;
};

const clockToleranceSeconds = 60;
/** Only asymmetric signatures: an HMAC "signed" with the public key must never pass. */
const algorithms = ["RS256", "PS256", "ES256"];

/** Validates Entra-shaped access tokens against the issuers' published keys, which are cached, as is what they said of a token. */
export const tokensOf = ({ issuers, audiences, timeLimitMs = 5_000, clock = systemClock }: Options): Tokens => {
  const keys = new Map(issuers.map((issuer) => [issuer, issuerKeys({ issuer, clock, timeLimitMs })]));
  const verified = verifiedTokens({ toleranceSeconds: clockToleranceSeconds });

  return {
    verify: async (authorization) => {
      const token = bearerOf(authorization);
      const known = verified.callerOf(token, clock.now());
      if (known) return known;
      const issuer = issuerOf(token);
      const keysOfIssuer = keys.get(issuer);
      if (!keysOfIssuer) throw unauthenticated("The token is of an issuer this service does not trust.");
      const options = {
        issuer,
        audience: [...audiences],
        algorithms,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(clock.now()),
        requiredClaims: ["exp"], // else a token without it would never end
      };
      try {
        const before = keysOfIssuer.held();
        const { payload } = await jwtVerify(token, keysOfIssuer.keyFor, options);
        const caller = callerOf(payload);
        if (!speaksFor(issuer, caller.tenantId, issuers)) throw claimRefused("tid");
        const { exp = 0, nbf = 0 } = payload;
        // Keys fetched meanwhile may be others than those it was verified with.
        if (before !== undefined && keysOfIssuer.held() === before) {
          verified.keep(token, { caller, keys: before, keysNow: keysOfIssuer.held, exp, nbf });
        }
        return caller;
      } catch (error) {
        throw translated(error);
      }
    },
  };
};

const unauthenticated = (message: string, cause?: unknown): Problem =>
  new Problem("unauthenticated", message, { cause });

const bearerOf = (authorization: string | null): string => {
  const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw unauthenticated("A bearer token is required in the Authorization header.");
  return token;
};

const issuerOf = (token: string): string => {
  try {
    return decodeJwt(token).iss ?? "";
  } catch (error) {
    throw unauthenticated("The token is malformed.", error);
  }
};

const claimRefused = (claim: string, cause?: unknown): Problem =>
  unauthenticated(`The token's claim "${claim}" is not accepted here.`, cause);

/** jose's errors as the contract's 401, each with what the caller can do about it. */
const translated = (error: unknown): unknown => {
  if (error instanceof Problem || error instanceof Unavailable) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated("The token has expired.", error);
  if (error instanceof errors.JWTClaimValidationFailed) return claimRefused(error.claim, error);
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid)) {
    return unauthenticated("The token's signature is not valid.", error);
  }
  // A key that the issuer publishes and nobody can read: the token may be good all the same.
  return new Unavailable("The token issuer", { cause: error });
};
