import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inboxClientId } from "../../../infra/local/identity/inbox-client.ts";
import { browser, redirectUri } from "./browser.ts";
import { claims, identityUnderTest, pageOrigins } from "./identity-under-test.ts";

let identity: Awaited<ReturnType<typeof identityUnderTest>>;
beforeAll(async () => {
  identity = await identityUnderTest();
});
afterAll(() => identity.stop());

const codeOf = ({ url }: { readonly url: string }) => new URL(url).searchParams.get("code");

test("whoever signs in with the password gets a code, and for it a token like the one by password", async () => {
  const user = browser(identity);
  const back = await user.signIn();
  expect(back.url).toContain(`${redirectUri}?`);
  expect(new URL(back.url).searchParams.get("state")).toBe("s1");
  const answer = await user.redeem(back);
  expect(answer).toMatchObject({
    status: 200,
    body: { token_type: "Bearer", expires_in: 3600, refresh_token: expect.any(String), id_token: expect.any(String) },
  });
  const byPassword = claims(await identity.asUser());
  const token = claims(answer);
  expect(Object.keys(token).toSorted()).toEqual(Object.keys(byPassword).toSorted());
  for (const same of ["iss", "aud", "oid", "tid", "scp", "ver", "name", "preferred_username"])
    expect(token[same], same).toEqual(byPassword[same]);
  expect(token).toMatchObject({ azp: inboxClientId, azpacr: "0" });
});

test("the ID token says who signed in, as the access token does", async () => {
  const user = browser(identity);
  const answer = await user.redeem(await user.signIn(" Ada@Contoso.com "));
  expect(decodeJwt(answer.body.id_token!)).toMatchObject({
    iss: identity.issuer(),
    aud: inboxClientId,
    nonce: "n1",
    oid: claims(answer).oid,
    tid: identity.secrets.tenantId,
    preferred_username: "ada@contoso.com",
  });
});

test("a page at localhost signs in as one at 127.0.0.1 does", async () => {
  const user = browser(identity);
  const atLocalhost = `${pageOrigins[1]}/`;
  const back = await user.signIn("ada@contoso.com", { redirect_uri: atLocalhost });
  expect(await user.redeem(back, { redirect_uri: atLocalhost }, pageOrigins[1])).toMatchObject({ status: 200 });
});

test("a scope that the app asks for by its own name is granted as by password", async () => {
  const user = browser(identity);
  const scope = "openid api://someone-else/User.Read";
  const answer = await user.redeem(await user.signIn("ada@contoso.com", { scope }));
  expect(claims(answer)).toMatchObject({ aud: "api://someone-else", scp: "User.Read" });
});

test.each([
  { what: "another verifier than the challenge was made of", more: { code_verifier: "v".repeat(43) } },
  { what: "no verifier", more: { code_verifier: "" } },
  { what: "another redirect URI", more: { redirect_uri: `${pageOrigins[1]}/` } },
])("a code with $what is worth nothing", async ({ more }) => {
  const user = browser(identity);
  const answer = await user.redeem(await user.signIn(), more);
  expect(answer).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a code is redeemed once, and who repeats it takes back what it gave", async () => {
  const user = browser(identity);
  const back = await user.signIn();
  const { body } = await user.redeem(back);
  expect(await user.redeem(back)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect(await user.refresh(body.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test.each([
  "http://127.0.0.1:7171/inbox/",
  "http://127.0.0.1:9999/",
  "http://127.0.0.1.example/",
  "https://127.0.0.1:7171/",
])("nobody is sent to the foreign redirect URI %s", async (foreign) => {
  const page = await browser(identity).authorize({ redirect_uri: foreign });
  expect(page).toMatchObject({ status: 400, text: expect.stringContaining("redirect_uri") });
  expect(page.url).toContain(identity.issuer());
});

test("without PKCE, or with a plain challenge, there is no sign-in", async () => {
  for (const more of [{ code_challenge: "" }, { code_challenge_method: "plain" }]) {
    const back = await browser(identity).authorize(more);
    expect(new URL(back.url).searchParams.get("error"), JSON.stringify(more)).toBe("invalid_request");
  }
});

test("an implicit token is not to be had", async () => {
  const back = await browser(identity).authorize({ response_type: "token" });
  expect(back.url).toContain("error=unsupported_response_type");
});

test("the public client gets no token by password or for itself", async () => {
  const form = { client_id: inboxClientId, username: "ada", password: identity.secrets.userPassword };
  for (const grant of ["password", "client_credentials"])
    expect(await identity.ask({ ...form, grant_type: grant })).toMatchObject({ status: 400 });
});

test("who has signed in gets the next code without being asked, also silently; a stranger gets login_required", async () => {
  const user = browser(identity);
  expect((await user.authorize({ prompt: "none" })).url).toContain("error=login_required");
  await user.signIn();
  const silent = await user.authorize({ prompt: "none" });
  expect(codeOf(silent)).not.toBeNull();
  expect(claims(await user.redeem(silent)).preferred_username).toBe("ada@contoso.com");
});

test("cookies tell two providers on one host apart, and scripts do not see them", async () => {
  const user = browser(identity);
  await user.signIn();
  const port = new URL(identity.issuer()).port;
  for (const name of user.jar.keys()) expect(name).toContain(port);
  const answer = await fetch(`${identity.issuer()}/oauth2/v2.0/authorize`, { redirect: "manual" });
  for (const cookie of answer.headers.getSetCookie()) expect(cookie.toLowerCase()).toMatch(/httponly.*samesite=lax/);
});
