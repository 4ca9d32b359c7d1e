import { afterAll, beforeAll, expect, test } from "vitest";
import {
  askForToken,
  assertion,
  bearer,
  grantType,
  send,
  startLocalService,
  tokenOf,
  type LocalService,
} from "./local-service.ts";

let service: LocalService;
let token: string;
const seconds = (): number => Math.floor(service.clock.now / 1_000);

beforeAll(async () => {
  service = await startLocalService();
  token = tokenOf(await service.control.createDevice());
});
afterAll(() => service.stop());

test("a proper assertion, for Google or for this place, brings a bearer token for an hour", async () => {
  for (const aud of ["https://oauth2.googleapis.com/token", `${service.url}/token`]) {
    const form = { grant_type: grantType, assertion: await assertion(service, { aud }) };
    expect(await askForToken(service, form)).toEqual({
      status: 200,
      body: { access_token: expect.stringMatching(/^ya29\./), expires_in: 3_599, token_type: "Bearer" },
    });
  }
  const authorization = await bearer(service);
  expect(await send(service, { token }, { authorization })).toMatchObject({ status: 200 });
  service.clock.now += 3_600_000;
  expect(await send(service, { token }, { authorization })).toMatchObject({
    status: 401,
    headers: { "www-authenticate": 'Bearer realm="https://accounts.google.com/"' },
    answer: { error: { status: "UNAUTHENTICATED", details: [{ reason: "ACCESS_TOKEN_EXPIRED" }] } },
  });
});

const shortLived = /^Invalid JWT: Token must be a short-lived token \(60 minutes\)/;
test.each([
  ["of an unknown account", { iss: "other@fanfare.example" }, /^Invalid grant: account not found$/],
  ["for another place", { aud: "https://contoso.com/token" }, /^Invalid JWT: Failed audience check/],
  ["that has ended", { iat: -7_200, exp: -3_600 }, shortLived],
  ["good for more than an hour", { exp: 3_601 }, shortLived],
  ["from the future", { iat: 600, exp: 1_200 }, shortLived],
  ["that does not say since when", { iat: undefined }, shortLived],
])("an assertion %s is refused in Google's words", async (_what, claims, description) => {
  const moment = (value: unknown) => (typeof value === "number" ? seconds() + value : value);
  const times = Object.entries<unknown>(claims).map(([name, value]): [string, unknown] => [name, moment(value)]);
  const form = { grant_type: grantType, assertion: await assertion(service, Object.fromEntries(times)) };
  expect(await askForToken(service, form)).toEqual({
    status: 400,
    body: { error: "invalid_grant", error_description: expect.stringMatching(description) },
  });
});

test("an assertion that the account's key did not sign, or that names another key, is refused", async () => {
  const [claims, signature = ""] = (await assertion(service)).split(/\.(?=[^.]*$)/);
  const forged = `${claims}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  for (const given of [forged, await assertion(service, {}, { kid: "another" })]) {
    const form = { grant_type: grantType, assertion: given };
    expect(await askForToken(service, form)).toEqual({
      status: 400,
      body: { error: "invalid_grant", error_description: "Invalid JWT Signature." },
    });
  }
});

test.each([
  [{}, "invalid_request"],
  [{ grant_type: "client_credentials" }, "unsupported_grant_type"],
  [{ grant_type: grantType }, "invalid_request"],
  [{ grant_type: grantType, assertion: "no token" }, "invalid_grant"],
])("the form %j is refused as %s", async (form, error) => {
  expect(await askForToken(service, form)).toMatchObject({ status: 400, body: { error } });
});

test("a token without the scope for messages is given, and lets nobody send; what is no scope gives none", async () => {
  const authorization = await bearer(service, { scope: "https://www.googleapis.com/auth/devstorage.read_only" });
  expect(await send(service, { token }, { authorization })).toMatchObject({
    status: 403,
    answer: { error: { status: "PERMISSION_DENIED", details: [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }] } },
  });
  const form = { grant_type: grantType, assertion: await assertion(service, { scope: undefined }) };
  expect(await askForToken(service, form)).toMatchObject({ status: 400, body: { error: "invalid_scope" } });
});

test("nobody sends without a token, or with one that was not given here", async () => {
  for (const [authorization, reason] of [
    ["", "CREDENTIALS_MISSING"],
    ["Bearer ya29.c.made-up", "ACCESS_TOKEN_TYPE_UNSUPPORTED"],
  ] as const) {
    const { status, answer } = await send(service, { token }, { authorization });
    expect([status, answer.error?.status, answer.error?.details?.[0]?.reason]).toEqual([
      401,
      "UNAUTHENTICATED",
      reason,
    ]);
  }
});
