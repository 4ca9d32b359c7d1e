import { stat } from "node:fs/promises";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claims, identityUnderTest } from "./identity-under-test.ts";

let identity: Awaited<ReturnType<typeof identityUnderTest>>;
beforeAll(async () => {
  identity = await identityUnderTest();
});
afterAll(() => identity.stop());

const json = async (url: string) => (await fetch(url)).json() as Promise<Record<string, unknown>>;
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const permission = "Notifications.ReadWrite.CreatedByApp";

test("an app gets a token shaped like Entra's: no scp, no user", async () => {
  const answer = await identity.asApp();
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 3600 });
  expect(decodeProtectedHeader(answer.body.access_token!)).toMatchObject({ alg: "RS256", typ: "JWT" });
  const token = claims(answer);
  expect(token).toMatchObject({
    iss: identity.issuer(),
    aud: "api://fanfare",
    tid: identity.secrets.tenantId,
    azp: identity.app.clientId,
    ver: "2.0",
    oid: expect.stringMatching(guid),
    uti: expect.any(String),
  });
  expect(token.exp! - token.iat!).toBe(3600);
  expect(token.nbf).toBe(token.iat);
  for (const absent of ["scp", "roles", "scope", "client_id", "preferred_username"])
    expect(token).not.toHaveProperty(absent);
});

test("a user gets a token with name, object id and the permission", async () => {
  expect(claims(await identity.asUser())).toMatchObject({
    aud: "api://fanfare",
    azp: identity.app.clientId,
    oid: expect.stringMatching(guid),
    preferred_username: "ada@contoso.com",
    scp: permission,
    ver: "2.0",
  });
});

test("a user keeps the object id in every spelling and app, and shares it with nobody", async () => {
  const other = identity.secrets.apps[1]!;
  const [ada, shouted, elsewhere, bob, app] = await Promise.all([
    identity.asUser(),
    identity.asUser({ username: "Ada@Contoso.COM" }),
    identity.asUser({ client_id: other.clientId, client_secret: other.clientSecret }),
    identity.asUser({ username: "bob@contoso.com" }),
    identity.asApp(),
  ]).then((answers) => answers.map((answer) => claims(answer).oid));
  expect(shouted).toBe(ada);
  expect(elsewhere).toBe(ada);
  expect(new Set([ada, bob, app]).size).toBe(3);
});

test.each([
  { scope: permission, scp: permission, aud: "api://fanfare" },
  { scope: `api://fanfare/${permission}`, scp: permission, aud: "api://fanfare" },
  { scope: "api://fanfare/.default", scp: permission, aud: "api://fanfare" },
  { scope: `openid ${permission}`, scp: `openid ${permission}`, aud: "api://fanfare" },
  { scope: "openid", scp: "openid", aud: "api://fanfare" },
  { scope: "User.Read", scp: "User.Read", aud: "api://fanfare" },
  { scope: "https://graph.microsoft.com/User.Read", scp: "User.Read", aud: "https://graph.microsoft.com" },
])("a user who asks for $scope gets $scp for $aud", async ({ scope, scp, aud }) => {
  const token = claims(await identity.asUser({ scope }));
  expect(token).toMatchObject({ scp, aud });
  expect(token).not.toHaveProperty("roles");
});

test("resource names another audience, for apps and users", async () => {
  const resource = "api://someone-else";
  expect(claims(await identity.asApp({ resource })).aud).toBe(resource);
  expect(claims(await identity.asUser({ resource })).aud).toBe(resource);
});

test("the app role is granted when asked for, beside a scp that stays a user's", async () => {
  const scope = "api://fanfare/Notifications.Admin";
  expect(claims(await identity.asApp({ scope })).roles).toEqual(["Notifications.Admin"]);
  expect(claims(await identity.asUser({ scope }))).toMatchObject({ roles: ["Notifications.Admin"], scp: "openid" });
});

test("an app by itself never gets a delegated permission", async () => {
  expect(claims(await identity.asApp({ scope: `api://fanfare/${permission}` }))).not.toHaveProperty("scp");
});

test("discovery leads to the keys that verify a token, and only public ones are shown", async () => {
  const discovery = await json(`${identity.issuer()}/.well-known/openid-configuration`);
  expect(discovery).toMatchObject({
    issuer: identity.issuer(),
    token_endpoint: `${identity.issuer()}/oauth2/v2.0/token`,
    grant_types_supported: expect.arrayContaining(["client_credentials", "password"]),
  });
  const { keys } = await json(String(discovery.jwks_uri));
  expect(keys).toEqual([expect.not.objectContaining({ d: expect.anything() })]);
  const { body } = await identity.asUser();
  const verified = jwtVerify(body.access_token!, createRemoteJWKSet(new URL(String(discovery.jwks_uri))), {
    issuer: identity.issuer(),
    audience: "api://fanfare",
  });
  await expect(verified).resolves.toBeDefined();
});

test("tokens issued before a restart stay valid, and the keys are the owner's alone", async () => {
  const { body } = await identity.asUser();
  await identity.restart();
  const keys = createRemoteJWKSet(new URL(`${identity.issuer()}/discovery/v2.0/keys`));
  await expect(jwtVerify(body.access_token!, keys)).resolves.toBeDefined();
  expect((await stat(identity.keysFile)).mode & 0o777).toBe(0o600);
});
