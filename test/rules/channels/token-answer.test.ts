import { expect, test } from "vitest";
import { tokenAnswerOf } from "../../../shared/channels/token-answer.ts";
import { entraAdvice, tokenRequestOf } from "../../../shared/channels/wns/tokens.ts";

const now = Date.UTC(2026, 0, 31, 12);
const answerOf = (status: number, body: unknown, retryAfter?: string) =>
  tokenAnswerOf(
    { status, retryAfter, text: typeof body === "string" ? body : JSON.stringify(body) },
    { vendor: "Microsoft", setting: "WNS_CREDENTIAL_DEFAULT", advice: entraAdvice, now },
  );

test.each([
  [
    { access_token: "EgAcAQMAAAAALYAAY/c+Huwi3Fv4Ck10UrKNmtxRO6Njk2MgA=", token_type: "bearer", expires_in: 86400 },
    86_400,
  ],
  [{ access_token: "eyJ0.eyJ9.a-b_c", token_type: "Bearer", expires_in: "86399", ext_expires_in: "86399" }, 86_399],
  [{ access_token: "ya29.a0Ad*!|", token_type: "Bearer" }, 3_600],
])("%j is a token, also where its life is written as a text or left out", (body, lifeSeconds) => {
  expect(answerOf(200, body)).toEqual({ kind: "token", token: body.access_token, lifeSeconds });
});

test.each([
  "",
  "<html>",
  "[]",
  "null",
  "{}",
  '{"access_token":7}',
  '{"access_token":""}',
  '{"access_token":"a b"}',
  '{"access_token":"a\\r\\nx: y"}',
  '{"access_token":"a","expires_in":0}',
  '{"access_token":"a","expires_in":-1}',
  '{"access_token":"a","expires_in":"soon"}',
])("200 with %s is no token, and no header either", (text) => {
  expect(answerOf(200, text)).toEqual({ kind: "busy", origin: "elsewhere", reason: "200 without a token" });
});

test.each([
  [500, ""],
  [503, "<html>"],
  [429, ""],
  [408, ""],
  [400, { error: "temporarily_unavailable" }],
  [400, { error: "server_error" }],
])("%i %j passes: it is tried again, and not before the endpoint wants it", (status, body) => {
  const reason = `${status} from the token endpoint`;
  expect(answerOf(status, body)).toEqual({ kind: "busy", origin: "elsewhere", reason });
  expect(answerOf(status, body, "30")).toMatchObject({ kind: "busy", retryAfterSeconds: 30 });
});

/** RFC 6749, section 5.2, whole; then Entra's numbers. */
test.each([
  [401, "invalid_client", undefined, /secret right/],
  [400, "invalid_grant", undefined, /clock/],
  [400, "unauthorized_client", undefined, /in its own name/],
  [400, "invalid_scope", undefined, /allowed to send/],
  [400, "invalid_request", undefined, /every member/],
  [400, "unsupported_grant_type", undefined, /of that kind/],
  [400, "something_new", undefined, /token endpoint/],
  [401, "invalid_client", 7000215, /clientSecret is not one/],
  [401, "invalid_client", 7000222, /clientSecret has expired/],
  [400, "unauthorized_client", 700016, /clientId/],
  [400, "invalid_request", 90002, /tenantId/],
  [400, "invalid_request", 900023, /tenantId/],
  [401, "invalid_client", 7000112, /disabled/],
  [401, "invalid_client", 50034, /secret right/],
])("%i %s %s says what to fix, in the name of the setting", (status, error, code, advice) => {
  const secret = "the-secret https://login.microsoftonline.com/tenant";
  const error_description = `${code === undefined ? "" : `AADSTS${code}: `}Wrong: ${secret}`;
  const answer = answerOf(status, { error, error_description });
  if (answer.kind !== "misconfigured") throw new Error(answer.kind);
  const word = [status, error, code && `AADSTS${code}`].filter(Boolean).join(" ");
  expect(answer.reason.startsWith(`WNS_CREDENTIAL_DEFAULT: Microsoft gives no token for it (${word}): `)).toBe(true);
  expect(answer.reason).toMatch(advice);
  expect(answer.reason).not.toContain("secret https");
});

test.each([
  [302, "", "302"],
  [404, "<html>", "404"],
  [400, { error: "https://secret" }, "400"],
  [403, { error: { message: "secret" } }, "403"],
])("%i %j is no token endpoint's word, and none is quoted", (status, body, word) => {
  expect(answerOf(status, body)).toEqual({
    kind: "misconfigured",
    origin: "elsewhere",
    reason: `WNS_CREDENTIAL_DEFAULT: Microsoft gives no token for it (${word}): is it the vendor's token endpoint that is asked?`,
  });
});

test("each kind of WNS credential asks at its own place, as Microsoft's examples do", () => {
  const entra = { kind: "entra", tenantId: "t-1", clientId: "c-1", clientSecret: "s&1" } as const;
  expect(tokenRequestOf(entra, undefined)).toEqual({
    url: "https://login.microsoftonline.com/t-1/oauth2/v2.0/token",
    form: {
      grant_type: "client_credentials",
      client_id: "c-1",
      client_secret: "s&1",
      scope: "https://wns.windows.com/.default",
    },
  });
  const packageSid = "ms-app://S-1-15-2-2972962901-2322836549-3722629029-1345238579-3987825745-2155616079-650196962";
  const legacy = { kind: "legacy", packageSid, clientSecret: "Vex8L9WOFZuj95euaLrvSH7XyoDhLJc7" } as const;
  const { url, form } = tokenRequestOf(legacy, undefined);
  expect(url).toBe("https://login.live.com/accesstoken.srf");
  // The example of Microsoft's overview, but for its escapes in small letters and the order of its members.
  const published =
    "grant_type=client_credentials&client_id=ms-app%3a%2f%2fS-1-15-2-2972962901-2322836549-3722629029-1345238579-3987825745-2155616079-650196962&client_secret=Vex8L9WOFZuj95euaLrvSH7XyoDhLJc7&scope=notify.windows.com";
  expect(form).toEqual(Object.fromEntries(new URLSearchParams(published)));
  expect(tokenRequestOf(legacy, "https://127.0.0.1/token").url).toBe("https://127.0.0.1/token");
  expect(tokenRequestOf(entra, "https://127.0.0.1/token").url).toBe("https://127.0.0.1/token");
});
