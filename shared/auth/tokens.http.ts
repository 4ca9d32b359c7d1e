import { createRemoteJWKSet, decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { Unavailable } from "../unavailable.ts";
import { callerOf } from "./caller.ts";
import type { Tokens } from "./tokens.ts";

type Options = {
  /** Exact `iss` values; each has its keys by OpenID Connect Discovery 1.0, section 4. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** For each request to an issuer; 5,000 milliseconds by default. */
  readonly timeLimitMs?: number;
};

const clockToleranceSeconds = 60;
/** Only asymmetric signatures: an HMAC "signed" with the public key must never pass. */
const algorithms = ["RS256", "PS256", "ES256"];

/** Validates Entra-shaped access tokens against the issuers' published keys, which are cached. */
export const tokensOf = ({ issuers, audiences, timeLimitMs = 5_000 }: Options): Tokens => {
  const keys = new Map<string, Promise<JWTVerifyGetKey>>();
  const keysOf = (issuer: string): Promise<JWTVerifyGetKey> => {
    const known = keys.get(issuer);
    if (known) return known;
    const found = discover(issuer, timeLimitMs);
    keys.set(issuer, found);
    // A failed discovery is not remembered: the next token tries again.
    found.catch(() => keys.delete(issuer));
    return found;
  };

  return {
    verify: async (authorization) => {
      const token = bearerOf(authorization);
      const issuer = issuerOf(token);
      if (!issuers.includes(issuer)) throw unauthenticated("The token is of an issuer this service does not trust.");
      const options = {
        issuer,
        audience: [...audiences],
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp"], // else a token without it would never end
      };
      try {
        const { payload } = await jwtVerify(token, await keysOf(issuer), options);
        return callerOf(payload);
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

const discover = async (issuer: string, timeLimitMs: number): Promise<JWTVerifyGetKey> => {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(timeLimitMs), redirect: "error" });
    if (!answer.ok) throw new Error(`The issuer's discovery document was answered ${answer.status}.`);
    const { jwks_uri } = z.object({ jwks_uri: z.url() }).parse(await answer.json());
    return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: timeLimitMs, cooldownDuration: 60_000 });
  } catch (error) {
    throw new Unavailable("The token issuer", { cause: error });
  }
};

/** jose's errors as the contract's 401, each with what the caller can do about it; failures to fetch keys are ours. */
const translated = (error: unknown): unknown => {
  if (error instanceof Problem || error instanceof Unavailable) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated("The token has expired.", error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(`The token's claim "${error.claim}" is not accepted here.`, error);
  }
  // No answer, a wrong one (jose's generic error), or one that holds no keys: the token may be good all the same.
  const isIssuers = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  if (error instanceof errors.JOSEError && !isIssuers && error.code !== "ERR_JOSE_GENERIC") {
    return unauthenticated("The token's signature is not valid.", error);
  }
  return new Unavailable("The token issuer", { cause: error });
};
