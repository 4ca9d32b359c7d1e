import { expect, test } from "vitest";
import { answerTo, isBug, reasonOf } from "../../../../functions/api/http.ts";
import { optionsOf } from "../../../../functions/api/options.ts";
import { parseChange } from "../../../../shared/feed/parse-change.ts";
import { Problem, type ProblemKind } from "../../../../shared/problem.ts";
import { Unavailable } from "../../../../shared/unavailable.ts";
import { problemWith } from "../../../support/problem-with.ts";
import { now } from "../../samples.ts";

const ids = { requestId: "ours", clientRequestId: "theirs" };
const innerError = { date: "2026-01-31T12:00:00", "request-id": "ours", "client-request-id": "theirs" };

/** Every kind there is: a new one does not compile until it has a row. */
const rows: Record<ProblemKind, readonly [number, string]> = {
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
const kinds = Object.entries(rows) as [ProblemKind, readonly [number, string]][];

test.each(kinds)("%s is answered %j, with its sentence and both ids", (kind, [status, code]) => {
  const answer = answerTo(new Problem(kind, "A sentence."), ids, now);
  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body)).toBe(JSON.stringify({ error: { code, message: "A sentence.", innerError } }));
});

test("faults of a body come as details, before innerError", () => {
  const details = [{ code: "Required", target: "payload", message: "is required" }];
  const answer = answerTo(new Problem("invalid", "A sentence.", { details }), ids, now);
  const error = { code: "BadRequest", message: "A sentence.", details, innerError };
  expect(JSON.stringify(answer.body)).toBe(JSON.stringify({ error }));
});

test("only a token's 401 is a challenge, only 405 says what is allowed, only 406 when to come again", () => {
  const headersOf = (kind: ProblemKind): unknown =>
    answerTo(new Problem(kind, "x", { allow: ["GET", "POST"], retryAfterSeconds: 2.1 }), ids, now).headers;
  const expected = new Map<ProblemKind, unknown>([
    ["unauthenticated", { "WWW-Authenticate": "Bearer" }],
    ["method-not-allowed", { Allow: "GET, POST" }],
    ["busy", { "Retry-After": "3" }],
  ]);
  for (const [kind] of kinds) expect([kind, headersOf(kind)]).toEqual([kind, expected.get(kind) ?? {}]);
});

test("the log learns the fault's sentence and what is away, never what a bug or a cause says", () => {
  const cause = new Error("secret");
  expect(reasonOf(new Problem("invalid", "A sentence.", { cause }))).toBe("A sentence.");
  expect(reasonOf(new Unavailable("Table storage", { cause }))).toBe("Table storage is throttled or unreachable");
  expect(reasonOf(cause)).toBeUndefined();
});

test("a name that a caller made up is in the answer and not in the log, whoever's or whatever's it is", () => {
  const name = "jane.doe@contoso.com";
  const faults = [
    () => parseChange({ readState: "read", [name]: 1 }),
    () => optionsOf(queryOf(`$${name}=1`), ["$top"]),
  ];
  for (const fault of faults) {
    const problem = problemWith(fault);
    expect(problem.message).toContain(name);
    expect(reasonOf(problem)).not.toContain("jane");
    expect(reasonOf(problem)).toMatch(
      /a member that it does not know cannot be changed here|a \$ option is not supported/,
    );
  }
});

const queryOf = (query: string) => ({ query: new URLSearchParams(query) });

test("Retry-After is at least a whole second", () => {
  for (const retryAfterSeconds of [0, 0.2, 1]) {
    expect(answerTo(new Problem("busy", "x", { retryAfterSeconds }), ids, now).headers).toEqual({ "Retry-After": "1" });
  }
});

test("a store or queue that is away is busy, never our fault and never 503", () => {
  const error = new Unavailable("Table storage", { cause: new Error("https://contoso.table.core.windows.net") });
  const answer = answerTo(error, ids, now);
  expect(answer).toMatchObject({ status: 406, headers: { "Retry-After": "5" } });
  expect(JSON.stringify(answer.body)).not.toContain("contoso");
  expect(isBug(error)).toBe(false);
});

test.each([new Error("secret"), new TypeError("secret"), "secret", undefined, null, { message: "secret" }])(
  "anything else that is thrown (%o) is our bug: 500, and nothing of the inside shown",
  (thrown) => {
    const answer = answerTo(thrown, ids, now);
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ error: { code: "InternalServerError", innerError } });
    expect(JSON.stringify(answer)).not.toContain("secret");
    expect(isBug(thrown)).toBe(true);
  },
);

test("a problem is the caller's, whatever caused it, and its cause is not shown", () => {
  const problem = new Problem("invalid", "A sentence.", { cause: new Error("secret") });
  expect(isBug(problem)).toBe(false);
  expect(JSON.stringify(answerTo(problem, ids, now))).not.toContain("secret");
});
