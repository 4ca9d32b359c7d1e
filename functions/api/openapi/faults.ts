/** What each status that is no success means here, the same at every operation (contract 2.5). */
export const faults: Readonly<Record<number, { readonly code: string; readonly says: string }>> = {
  400: { code: "BadRequest", says: "The request does not match the contract; details name every faulty member." },
  401: {
    code: "Unauthorized",
    says: "No valid token (with WWW-Authenticate), or an @odata.type that is not the one expected (without).",
  },
  403: {
    code: "Forbidden",
    says: "The caller is blocked, or may not act for this user or host name, or the UNSID is not one of theirs.",
  },
  404: { code: "NotFound", says: "Unknown, deleted, expired, or of an app that is not the caller's." },
  406: { code: "NotAcceptable", says: "Throttled, or the service is busy: come back after Retry-After seconds." },
  409: {
    code: "Conflict",
    says: "The Idempotency-Key was used with another body, or the user has as many subscriptions as there may be.",
  },
  410: { code: "Gone", says: "The token is too old, or its feed was made anew: start over without one." },
  412: { code: "PreconditionFailed", says: "The notification has changed since." },
  413: { code: "RequestEntityTooLarge", says: "The body is over 64 KiB, decoded." },
  415: { code: "UnsupportedMediaType", says: "Not application/json, or an encoding other than gzip and deflate." },
  500: { code: "InternalServerError", says: "Our fault; the request-id finds it in the service's logs." },
};
