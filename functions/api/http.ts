import { Problem, type ProblemKind } from "../../shared/problem.ts";
import type { ThrottledBy } from "../../shared/telemetry/events.ts";
import { Unavailable } from "../../shared/unavailable.ts";

/** What an operation answers; a body that is not undefined goes out as compact JSON. */
export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Instead of a body: this text (or the bytes it is encoded in) as it is; its Content-Type among the headers unless it is JSON. */
  readonly text?: string | Uint8Array;
  /** For so long it was held back, as the caller had asked: time in which nothing was done. */
  readonly heldMs?: number;
  /** What a POST that sends came to, for telemetry. */
  readonly accepted?: "new" | "replaced";
};

/** The two ids every answer carries: ours, and the caller's own (or ours again). */
export type RequestIds = { readonly requestId: string; readonly clientRequestId: string };

/** The one place where a problem becomes a status and its .NET name (contract 2.5). */
const statusOf: Readonly<Record<ProblemKind, readonly [status: number, code: string]>> = {
  invalid: [400, "BadRequest"],
  unauthenticated: [401, "Unauthorized"],
  "invalid-data-type": [401, "Unauthorized"],
  forbidden: [403, "Forbidden"],
  "not-found": [404, "NotFound"],
  "method-not-allowed": [405, "MethodNotAllowed"],
  busy: [406, "NotAcceptable"],
  conflict: [409, "Conflict"],
  gone: [410, "Gone"],
  "precondition-failed": [412, "PreconditionFailed"],
  "too-large": [413, "RequestEntityTooLarge"],
  "unsupported-media-type": [415, "UnsupportedMediaType"],
};

/** When storage or the bus is away, a caller may well try again after this. */
const busyRetryAfterSeconds = 5;

/** The answer to whatever was thrown. What is neither a `Problem` nor `Unavailable` is a bug: 500, and nothing of the inside shown. */
export const answerTo = (error: unknown, ids: RequestIds, now: number): Answer => {
  const problem = problemOf(error);
  if (!problem) {
    const message = "Something failed on our side. The request-id names this request in the service's logs.";
    return { status: 500, body: errorBody({ code: "InternalServerError", message }, ids, now) };
  }
  const [status, code] = statusOf[problem.kind];
  const { message, details } = problem;
  const shown = details.length > 0 ? { code, message, details } : { code, message };
  return { status, headers: headersOf(problem), body: errorBody(shown, ids, now) };
};

/** Neither the caller's fault nor a dependency's: to be logged whole. */
export const isBug = (error: unknown): boolean => problemOf(error) === undefined;

/** Why, for the log: the fault's own sentence or what is away, neither of which holds a secret, content or a word of the caller's. Undefined for a bug. */
export const reasonOf = (error: unknown): string | undefined => {
  if (error instanceof Problem) return error.logged;
  return error instanceof Unavailable ? error.message : undefined;
};

/** What a 406 has to be waited for, for telemetry; undefined for any other answer. */
export const throttledByOf = (error: unknown): ThrottledBy | undefined =>
  error instanceof Unavailable ? "away" : error instanceof Problem ? error.throttledBy : undefined;

const problemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error;
  if (!(error instanceof Unavailable)) return undefined;
  const retryAfterSeconds = busyRetryAfterSeconds;
  return new Problem("busy", "The service is busy. Try again later.", { cause: error, retryAfterSeconds });
};

const headersOf = ({ kind, allow, retryAfterSeconds }: Problem): Record<string, string> => ({
  // RFC 9110, section 11.6.1: only a missing or bad token is answered with a challenge, not a wrong data type.
  ...(kind === "unauthenticated" && { "WWW-Authenticate": "Bearer" }),
  ...(kind === "method-not-allowed" && { Allow: allow.join(", ") }),
  ...(kind === "busy" && { "Retry-After": String(Math.max(1, Math.ceil(retryAfterSeconds ?? 1))) }),
});

const errorBody = (shown: Readonly<Record<string, unknown>>, ids: RequestIds, now: number): unknown => ({
  error: {
    ...shown,
    innerError: {
      date: new Date(now).toISOString().slice(0, 19),
      "request-id": ids.requestId,
      "client-request-id": ids.clientRequestId,
    },
  },
});
