import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { identityUnderTest } from "./identity-under-test.ts";

let identity: Awaited<ReturnType<typeof identityUnderTest>>;
beforeAll(async () => {
  identity = await identityUnderTest();
});
afterAll(() => identity.stop());

test("the client may show its secret in the form or as Basic", async () => {
  const basic = Buffer.from(`${identity.app.clientId}:${identity.app.clientSecret}`).toString("base64");
  const answer = await identity.ask({ grant_type: "client_credentials" }, { authorization: `Basic ${basic}` });
  expect(answer.status).toBe(200);
  expect((await identity.asApp()).status).toBe(200);
});

test.each([
  { what: "a wrong client secret", form: { client_secret: "wrong" }, status: 401, error: "invalid_client" },
  { what: "an unknown client", form: { client_id: "nobody" }, status: 401, error: "invalid_client" },
  { what: "a wrong password", form: { password: "wrong" }, status: 400, error: "invalid_grant" },
  { what: "no password", form: { password: "" }, status: 400, error: "invalid_request" },
  { what: "a blank user name", form: { username: " " }, status: 400, error: "invalid_request" },
  { what: "an unknown grant", form: { grant_type: "guess" }, status: 400, error: "unsupported_grant_type" },
])("$what is refused as RFC 6749 section 5.2 says: $error", async ({ form, status, error }) => {
  const answer = await identity.asUser(form);
  expect(answer).toMatchObject({ status, body: { error } });
  expect(answer.type).toContain("application/json");
});

test("a refusal is JSON even to a browser, and names no secret", async () => {
  const body = new URLSearchParams({
    grant_type: "password",
    client_id: identity.app.clientId,
    client_secret: identity.app.clientSecret,
    username: "ada",
    password: "guess",
  });
  const url = `${identity.issuer()}/oauth2/v2.0/token`;
  const answer = await fetch(url, { method: "POST", body, headers: { accept: "text/html" } });
  const text = await answer.text();
  expect(JSON.parse(text)).toMatchObject({ error: "invalid_grant" });
  expect(text).not.toContain(identity.secrets.userPassword);
  expect(text).not.toContain(identity.app.clientSecret);
});

test.each(["//", "/\\", "http://[", "//[::", "/%", "/sign-in/%", "/sign-in//", "*", "/oauth2/v2.0/authorize?%"])(
  "%s is no page, and the provider goes on",
  async (target) => {
    const socket = connect(Number(new URL(identity.issuer()).port), "127.0.0.1");
    socket.end(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 [45]\d\d /);
    expect((await identity.asApp()).status).toBe(200);
  },
);
