import type { HeaderName } from "./headers.ts";

export type Fault = { readonly code: string; readonly says: string; readonly headers?: readonly HeaderName[] };

const noToken = "No valid token.";

/**
 * What each status that is no success means (contract 2.5): under its number, and where it means something else at some operations,
 * under its number and a word for that.
 */
export const faults = {
  "400": {
    code: "BadRequest",
    says: "The request does not match the contract; details name every faulty member, or the option of the query. A $ option that is not supported is one.",
  },
  "401": { code: "Unauthorized", says: noToken, headers: ["WWW-Authenticate"] },
  "401-or-data-type": {
    code: "Unauthorized",
    says: `${noToken} Or, without WWW-Authenticate: an @odata.type that is not the one expected there.`,
    headers: ["WWW-Authenticate"],
  },
  "403": {
    code: "Forbidden",
    says: "The caller is blocked, or may not act for this user or host name, or the UNSID is not one of theirs.",
  },
  "404": { code: "NotFound", says: "Unknown, deleted, expired, or of an app that is not the caller's." },
  "406": {
    code: "NotAcceptable",
    says: "Throttled, or the service is busy: come back after Retry-After seconds.",
    headers: ["Retry-After"],
  },
  "409": { code: "Conflict", says: "The Idempotency-Key was used with another body." },
  "409-too-many": { code: "Conflict", says: "The user has as many subscriptions in this app as there may be." },
  "410": { code: "Gone", says: "The token is too old, or its feed was made anew: start over without one." },
  "412": { code: "PreconditionFailed", says: "The notification has changed since." },
  "412-of-many": { code: "PreconditionFailed", says: "Many notifications have no ETag: If-Match can only be *." },
  "413": { code: "RequestEntityTooLarge", says: "The body is over 64 KiB, decoded." },
  "415": { code: "UnsupportedMediaType", says: "Not application/json, or an encoding other than gzip and deflate." },
  "500": { code: "InternalServerError", says: "Our fault; the request-id finds it in the service's logs." },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
