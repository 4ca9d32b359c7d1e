import { randomBytes, timingSafeEqual } from "node:crypto";
import { hashOf } from "../../../shared/hash.ts";
import type { VendorAccounts } from "../vendor-accounts.ts";

type Account = VendorAccounts["wns"];

type TokenReply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** What a token request is: its path, its media type and its form. */
type TokenCall = {
  readonly tenant: string | undefined;
  readonly contentType: string;
  readonly form: URLSearchParams;
};

export type AccessTokens = {
  /** Answers a token request, as Entra does, or for a package SID as login.live.com. */
  readonly answer: (call: TokenCall) => TokenReply;
  readonly check: (token: string) => "valid" | "expired" | "unknown";
};

/** A day, as Microsoft's are, would hide from a developer that they end. */
const lifeSeconds = 600;
/** For so long an ended token is told from one that never was. */
const rememberedMs = 3_600_000;

/**
 * Opaque tokens for who may send, kept in memory: after a restart a sender is refused once, and asks anew.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export const accessTokens = (account: Account, now: () => number): AccessTokens => {
  const endings = new Map<string, number>();
  const issue = (): string => {
    for (const [token, ends] of endings) if (ends + rememberedMs < now()) endings.delete(token);
    const token = randomBytes(48).toString("base64url");
    endings.set(token, now() + lifeSeconds * 1_000);
    return token;
  };
  return {
    answer: (call) => {
      const refusal = refusalOf(call, account);
      if (refusal) return toldAs(refusal, now());
      const isLegacy = call.form.get("client_id") === account.packageSid;
      const token_type = isLegacy ? "bearer" : "Bearer";
      return { status: 200, body: { token_type, expires_in: lifeSeconds, access_token: issue() } };
    },
    check: (token) => {
      const ends = endings.get(token);
      if (ends === undefined) return "unknown";
      return now() < ends ? "valid" : "expired";
    },
  };
};

type TokenRefusal = {
  readonly status: 400 | 401;
  readonly error: string;
  /** Entra's number; login.live.com has none. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
  readonly code?: number;
  readonly description: string;
};

const refusalOf = ({ tenant, contentType, form }: TokenCall, account: Account): TokenRefusal | undefined => {
  const told = (status: 400 | 401, error: string, code: number, description: string): TokenRefusal => ({
    status,
    error,
    code,
    description,
  });
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType)) {
    return told(400, "invalid_request", 900144, "The body must be a form (application/x-www-form-urlencoded).");
  }
  for (const member of ["grant_type", "client_id", "client_secret", "scope"]) {
    if (form.getAll(member).length !== 1) {
      return told(400, "invalid_request", 900144, `The body must have the member ${member}, once.`);
    }
  }
  if (form.get("grant_type") !== "client_credentials") {
    return told(400, "unsupported_grant_type", 70003, "The grant type must be client_credentials.");
  }
  return form.get("client_id")?.startsWith("ms-app:") ? ofLiveId(form, account) : ofEntra(form, account, tenant, told);
};

const ofLiveId = (form: URLSearchParams, { packageSid, clientSecret }: Account): TokenRefusal | undefined => {
  if (form.get("client_id") !== packageSid) {
    return { status: 400, error: "invalid_client", description: "No app has this package SID." };
  }
  if (!isSame(form.get("client_secret"), clientSecret)) {
    return { status: 400, error: "invalid_client", description: "The secret is not the app's." };
  }
  if (form.get("scope") === "notify.windows.com") return undefined;
  return { status: 400, error: "invalid_scope", description: "The scope must be notify.windows.com." };
};

const ofEntra = (
  form: URLSearchParams,
  { tenantId, clientId, clientSecret }: Account,
  tenant: string | undefined,
  told: (status: 400 | 401, error: string, code: number, description: string) => TokenRefusal,
): TokenRefusal | undefined => {
  if (tenant !== undefined && tenant.toLowerCase() !== tenantId) {
    return told(400, "invalid_request", 90002, "There is no such directory.");
  }
  if (form.get("client_id")?.toLowerCase() !== clientId) {
    return told(400, "unauthorized_client", 700016, "The directory has no application with this client_id.");
  }
  if (!isSame(form.get("client_secret"), clientSecret)) {
    return told(401, "invalid_client", 7000215, "The client secret is not one of the application's.");
  }
  if (form.get("scope")?.replace(/\/$/, "") === "https://wns.windows.com/.default") return undefined;
  return told(400, "invalid_scope", 70011, "The scope must be https://wns.windows.com/.default.");
};

/** Hashed first: they must be equally long, and a comparison must not tell how much was right. */
const isSame = (given: string | null, secret: string): boolean =>
  timingSafeEqual(Buffer.from(hashOf(given ?? "")), Buffer.from(hashOf(secret)));

const toldAs = ({ status, error, code, description }: TokenRefusal, at: number): TokenReply => {
  if (code === undefined) return { status, body: { error, error_description: description } };
  const timestamp = new Date(at).toISOString().replace("T", " ").replace(/\.\d+/, "");
  const ids = { trace_id: crypto.randomUUID(), correlation_id: crypto.randomUUID() };
  const error_description = `AADSTS${code}: ${description} Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${timestamp}`;
  return { status, body: { error, error_description, error_codes: [code], timestamp, ...ids } };
};
