import { createPublicKey, randomBytes } from "node:crypto";
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";
import type { VendorAccounts } from "../vendor-accounts.ts";
import type { Refusal } from "./refusal.ts";

/** What the token endpoint answers: RFC 6749, sections 5.1 and 5.2. */
type Grant = { readonly status: number; readonly body: Readonly<Record<string, string | number>> };

/** Google's token endpoint for one service account, and who of FCM's callers has a token of it. */
export type AccessTokens = {
  /** Answers a form that was posted to it. */
  readonly grant: (form: URLSearchParams) => Promise<Grant>;
  /** Why an `Authorization` header lets nobody send, if it does not. */
  readonly refusalOf: (authorization: string | undefined) => Refusal | undefined;
};

type Use = {
  readonly account: VendorAccounts["fcm"];
  /** The endpoint's own URL. */
  readonly url: string;
  readonly now: () => number;
};

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const googleUrl = "https://oauth2.googleapis.com/token";
const scopes = "https://www.googleapis.com/auth/";
/** Either lets an account send. */
const sendingScopes = ["firebase.messaging", "cloud-platform"].map((name) => scopes + name);
const lifeSeconds = 3_600;
const clockSkewSeconds = 300;

/**
 * Tokens by an assertion that the account's key signed (RFC 7523), as
 * https://developers.google.com/identity/protocols/oauth2/service-account has it; opaque, kept in memory, good for an hour.
 */
export const accessTokens = ({ account, url, now }: Use): AccessTokens => {
  const publicKey = createPublicKey(account.privateKey);
  const granted = new Map<string, { readonly endsAt: number; readonly maySend: boolean }>();

  const assertionFault = async (assertion: string): Promise<string | undefined> => {
    const claims = claimsOf(assertion);
    if (!claims) return "Invalid JWT: the assertion is no JWT.";
    if (claims.iss !== account.clientEmail) return "Invalid grant: account not found";
    const isSigned = await compactVerify(assertion, publicKey, { algorithms: ["RS256"] }).then(
      ({ protectedHeader: { kid = account.privateKeyId } }) => kid === account.privateKeyId,
      () => false,
    );
    if (!isSigned) return "Invalid JWT Signature.";
    if (claims.aud !== url && claims.aud !== googleUrl) {
      return `Invalid JWT: Failed audience check. The right audience is ${googleUrl}`;
    }
    return isTimely(claims, now() / 1_000)
      ? undefined
      : "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
  };

  return {
    grant: async (form) => {
      const type = form.get("grant_type");
      const assertion = form.get("assertion");
      if (type === null) return refused("invalid_request", "Required parameter is missing: grant_type");
      if (type !== grantType) return refused("unsupported_grant_type", `Invalid grant_type: ${type}`);
      if (assertion === null) return refused("invalid_request", "Required parameter is missing: assertion");
      const fault = await assertionFault(assertion);
      if (fault !== undefined) return refused("invalid_grant", fault);
      const scope = claimsOf(assertion)?.scope;
      const asked = typeof scope === "string" ? scope.split(" ") : [""];
      if (!asked.every((scope) => scope.startsWith(scopes))) {
        return refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.");
      }
      for (const [token, { endsAt }] of granted) if (endsAt <= now()) granted.delete(token);
      const token = `ya29.c.${randomBytes(96).toString("base64url")}`;
      const maySend = asked.some((scope) => sendingScopes.includes(scope));
      granted.set(token, { endsAt: now() + lifeSeconds * 1_000, maySend });
      return { status: 200, body: { access_token: token, expires_in: lifeSeconds - 1, token_type: "Bearer" } };
    },
    refusalOf: (authorization) => {
      if (authorization === undefined) {
        return unauthenticated("Request is missing required authentication credential.", "CREDENTIALS_MISSING");
      }
      const [, token = ""] = /^Bearer (\S+)$/i.exec(authorization) ?? [];
      const found = granted.get(token);
      if (!found || found.endsAt <= now()) {
        const reason = found ? "ACCESS_TOKEN_EXPIRED" : "ACCESS_TOKEN_TYPE_UNSUPPORTED";
        return unauthenticated("Request had invalid authentication credentials.", reason);
      }
      if (found.maySend) return undefined;
      const message = "Request had insufficient authentication scopes.";
      return { kind: "not-permitted", message, infoReason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" };
    },
  };
};

const refused = (error: string, description: string): Grant => ({
  status: 400,
  body: { error, error_description: description },
});

const unauthenticated = (words: string, infoReason: string): Refusal => ({
  kind: "not-authenticated",
  message: `${words} Expected OAuth 2 access token, login cookie or other valid authentication credential.`,
  infoReason,
});

/** Signed or not: who it says it is of. */
const claimsOf = (assertion: string): JWTPayload | undefined => {
  try {
    decodeProtectedHeader(assertion);
    return decodeJwt(assertion);
  } catch {
    return undefined;
  }
};

const isTimely = ({ iat, exp }: JWTPayload, nowSeconds: number): boolean =>
  typeof iat === "number" &&
  typeof exp === "number" &&
  exp - iat <= lifeSeconds &&
  iat <= nowSeconds + clockSkewSeconds &&
  exp > nowSeconds;
