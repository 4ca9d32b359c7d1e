import { expect, test } from "vitest";
import { listed, verdictOf, type FcmVerdict } from "../../../../shared/channels/fcm/response.ts";
import { now } from "../../samples.ts";

const setting = "FCM_CREDENTIAL_DEFAULT";
const fcmError = (errorCode: string) => ({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", errorCode });
const badRequest = (field: string, description = "") => ({
  "@type": "type.googleapis.com/google.rpc.BadRequest",
  fieldViolations: [{ field, description }],
});
const bodyOf = (code: number, status: string, message = "", details: readonly object[] = []): string =>
  JSON.stringify({ error: { code, message, status, details } });
const answered = (status: number, text = "", retryAfter?: string): FcmVerdict =>
  verdictOf({ status, text, retryAfter }, { setting, now });
const kindOf = (verdict: FcmVerdict): string => (verdict.kind === "busy" ? `busy, ${verdict.origin}` : verdict.kind);

/** https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode: each code, the HTTP status it comes with, and Google's status. */
const documented = [
  ["UNSPECIFIED_ERROR", 500, "UNKNOWN", "busy, failing"],
  ["INVALID_ARGUMENT", 400, "INVALID_ARGUMENT", "rejected"],
  ["UNREGISTERED", 404, "NOT_FOUND", "gone"],
  ["SENDER_ID_MISMATCH", 403, "PERMISSION_DENIED", "rejected"],
  ["QUOTA_EXCEEDED", 429, "RESOURCE_EXHAUSTED", "busy, throttled"],
  ["UNAVAILABLE", 503, "UNAVAILABLE", "busy, failing"],
  ["INTERNAL", 500, "INTERNAL", "busy, failing"],
  ["THIRD_PARTY_AUTH_ERROR", 401, "UNAUTHENTICATED", "misconfigured"],
] as const;

test.each(documented)("FCM's %s (%i %s) is %s", (errorCode, status, named, kind) => {
  const verdict = answered(status, bodyOf(status, named, "words", [fcmError(errorCode)]));
  expect(kindOf(verdict)).toBe(kind);
});

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto, with the HTTP status it names for each. */
const canonical = [
  ["CANCELLED", 499, "busy, failing"],
  ["UNKNOWN", 500, "busy, failing"],
  ["INVALID_ARGUMENT", 400, "rejected"],
  ["DEADLINE_EXCEEDED", 504, "busy, failing"],
  ["NOT_FOUND", 404, "misconfigured"],
  ["ALREADY_EXISTS", 409, "rejected"],
  ["PERMISSION_DENIED", 403, "token-refused"],
  ["UNAUTHENTICATED", 401, "token-refused"],
  ["RESOURCE_EXHAUSTED", 429, "busy, throttled"],
  ["FAILED_PRECONDITION", 400, "rejected"],
  ["ABORTED", 409, "busy, failing"],
  ["OUT_OF_RANGE", 400, "rejected"],
  ["UNIMPLEMENTED", 501, "misconfigured"],
  ["INTERNAL", 500, "busy, failing"],
  ["UNAVAILABLE", 503, "busy, failing"],
  ["DATA_LOSS", 500, "busy, failing"],
] as const;

test.each(canonical)("Google's %s (%i) without a code of FCM's is %s", (named, status, kind) => {
  expect(kindOf(answered(status, bodyOf(status, named, "words")))).toBe(kind);
});

test("each documented code has a row of its own, which decides whatever the HTTP status", () => {
  expect(listed.errorCodes).toEqual(documented.map(([code]) => code));
  expect(listed.statuses).toEqual(canonical.map(([named]) => named));
  for (const [errorCode, , , kind] of documented.filter(([code]) => code !== "UNSPECIFIED_ERROR")) {
    expect([errorCode, kindOf(answered(418, bodyOf(418, "", "words", [fcmError(errorCode)])))]).toEqual([
      errorCode,
      kind,
    ]);
  }
  for (const [named, , kind] of canonical) {
    expect([named, kindOf(answered(418, bodyOf(418, named, "words")))]).toEqual([named, kind]);
  }
});

test("a code without more is what its HTTP status is", () => {
  expect(kindOf(answered(418, bodyOf(418, "INTERNAL", "", [fcmError("UNSPECIFIED_ERROR")])))).toBe("rejected");
});

const statuses = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const bare = new Map<string, readonly number[]>([
  ["delivered", statuses(200, 299)],
  ["misconfigured", [...statuses(300, 399), 404, 405, 410]],
  ["token-refused", [401, 403]],
  ["too-large", [413]],
  ["busy, throttled", [429]],
  ["busy, failing", [408, ...statuses(500, 599)]],
]);

test("what is no body of Google's goes by its status alone, and forgets no device whatever it is", () => {
  for (const text of [
    "",
    "<html>502: UNREGISTERED</html>",
    '{"error":"UNREGISTERED"}',
    '{"error":{"code":404,',
    "null",
  ]) {
    for (const status of statuses(200, 599)) {
      const kind = [...bare].find(([, listed]) => listed.includes(status))?.[0] ?? "rejected";
      expect([status, kindOf(answered(status, text))]).toEqual([status, kind]);
    }
  }
});

test("a project that is not found is our misconfiguration, and no dead device", () => {
  const verdict = answered(404, bodyOf(404, "NOT_FOUND", "Requested entity was not found."));
  expect(verdict).toMatchObject({
    kind: "misconfigured",
    reason: expect.stringMatching(/^FCM_CREDENTIAL_DEFAULT: .*project_id/),
  });
});

test("a device is not forgotten for what a failing front end says of it", () => {
  expect(kindOf(answered(503, bodyOf(503, "UNAVAILABLE", "", [fcmError("UNREGISTERED")])))).toBe("busy, failing");
  expect(kindOf(answered(400, bodyOf(400, "INVALID_ARGUMENT", "", [fcmError("UNREGISTERED")])))).toBe("gone");
});

test("another project's device is rejected, and makes our credential suspect", () => {
  const text = bodyOf(403, "PERMISSION_DENIED", "SenderId mismatch", [fcmError("SENDER_ID_MISMATCH")]);
  expect(answered(403, text)).toEqual({ kind: "rejected", reason: "403 SENDER_ID_MISMATCH", doubtsCredential: true });
});

const invalid = fcmError("INVALID_ARGUMENT");
test.each([
  [
    "a token by its member",
    "Request contains an invalid argument.",
    [invalid, badRequest("message.token", "Invalid registration token")],
    "gone",
  ],
  // The second example of https://firebase.google.com/docs/cloud-messaging/error-codes
  ["a token by words alone", "The registration token is not a valid FCM registration token", [invalid], "gone"],
  // The first example of the same page.
  [
    "a value",
    "Invalid value at 'message.data[0].value' (TYPE_STRING), 12",
    [badRequest("message.data[0].value")],
    "rejected",
  ],
  ["a lifetime", "Invalid value at 'message.android.ttl'", [badRequest("message.android.ttl")], "rejected"],
  ["a large message in words", "Android message is too big", [invalid], "too-large"],
  [
    "a large message by its member",
    "Request contains an invalid argument.",
    [invalid, badRequest("message", "Message too big")],
    "too-large",
  ],
  ["nothing, as a large message used to be told", "Request contains an invalid argument.", [], "too-large"],
  ["nothing but FCM's code", "Request contains an invalid argument.", [invalid], "too-large"],
] as const)("an invalid argument that names %s", (_what, message, details, kind) => {
  expect(answered(400, bodyOf(400, "INVALID_ARGUMENT", message, details)).kind).toBe(kind);
});

test.each([
  [429, "QUOTA_EXCEEDED", undefined, 60],
  [429, "QUOTA_EXCEEDED", "5", 60],
  [429, "QUOTA_EXCEEDED", "300", 300],
  [503, "UNAVAILABLE", "30", 30],
  [503, "UNAVAILABLE", new Date(now + 90_000).toUTCString(), 90],
  [503, "UNAVAILABLE", undefined, undefined],
  [500, "INTERNAL", undefined, undefined],
])("%i %s with Retry-After %s waits %s seconds", (status, code, retryAfter, seconds) => {
  const verdict = answered(status, bodyOf(status, code, "", [fcmError(code)]), retryAfter);
  expect(verdict.kind === "busy" ? verdict.retryAfterSeconds : "not busy").toBe(seconds);
});

test("a reason has codes and members' names, and quotes nothing", () => {
  const secret = "fcm-token_of:a-device";
  const leaky = [
    badRequest(`message.token ${secret}`, secret),
    { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVICE_DISABLED" },
    fcmError(secret),
  ];
  for (const status of statuses(300, 599)) {
    const verdict = answered(status, bodyOf(status, "PERMISSION_DENIED", `not ${secret}`, leaky));
    expect(JSON.stringify(verdict)).not.toContain(secret);
    const html = answered(status, `<html>${secret}</html>`);
    expect(JSON.stringify(html)).not.toContain(secret);
  }
  const named = answered(403, bodyOf(403, "PERMISSION_DENIED", "", leaky));
  expect(named).toMatchObject({ reason: expect.stringContaining("(403 PERMISSION_DENIED SERVICE_DISABLED)") });
});
