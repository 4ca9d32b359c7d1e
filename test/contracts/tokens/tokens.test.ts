import type { RequestListener } from "node:http";
import { exportJWK, exportSPKI, generateKeyPair, importJWK, type CryptoKey } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { requiredScope } from "../../../shared/auth/caller.ts";
import { tokensOf } from "../../../shared/auth/tokens.http.ts";
import type { Tokens } from "../../../shared/auth/tokens.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { Problem } from "../../../shared/problem.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { until } from "../../support/until.ts";
import { handClock } from "../feed/samples.ts";
import { identityUnderTest } from "../identity/identity-under-test.ts";
import { audience, startOwnIssuer, type OwnIssuer } from "./issuer.ts";

const unauthenticated = (message: RegExp | string) =>
  expect.objectContaining({
    name: "Problem",
    kind: "unauthenticated",
    message: expect.stringMatching(message) as unknown,
  }) as Error;
const failureOf = (verified: Promise<unknown>): Promise<unknown> => verified.catch((error: unknown) => error);

describe("tokens of the local identity provider", () => {
  let identity: Awaited<ReturnType<typeof identityUnderTest>>;
  let tokens: Tokens;
  beforeAll(async () => {
    identity = await identityUnderTest();
    tokens = tokensOf({ issuers: [identity.issuer()], audiences: [audience] });
  });
  afterAll(() => identity.stop());

  test("an app's own token names the app and its tenant, and no user", async () => {
    const { body } = await identity.asApp();
    expect(await tokens.verify(`Bearer ${body.access_token}`)).toEqual({
      kind: "app",
      clientId: identity.app.clientId,
      tenantId: identity.secrets.tenantId,
      roles: [],
    });
  });

  test("a user's token names user, app and scopes", async () => {
    const { body } = await identity.asUser();
    expect(await tokens.verify(`Bearer ${body.access_token}`)).toMatchObject({
      kind: "user",
      clientId: identity.app.clientId,
      user: { tenantId: identity.secrets.tenantId, principalName: "ada@contoso.com" },
      scopes: [requiredScope],
    });
  });

  test("an app role is told", async () => {
    const { body } = await identity.asApp({ scope: "Notifications.Admin" });
    expect(await tokens.verify(`Bearer ${body.access_token}`)).toMatchObject({ roles: ["Notifications.Admin"] });
  });

  test.each(["bearer", "BEARER", "Bearer  "])("the scheme may be written %j", async (scheme) => {
    const { body } = await identity.asApp();
    expect(await tokens.verify(`${scheme} ${body.access_token}`)).toMatchObject({ kind: "app" });
  });

  test("a token for another audience is refused", async () => {
    const { body } = await identity.asApp({ resource: "api://other" });
    await expect(tokens.verify(`Bearer ${body.access_token}`)).rejects.toEqual(unauthenticated(/"aud"/));
  });

  test("a token of an issuer that is not configured is refused, and that issuer is never asked", async () => {
    const { body } = await identity.asApp();
    const strict = tokensOf({ issuers: ["https://login.example"], audiences: [audience] });
    await expect(strict.verify(`Bearer ${body.access_token}`)).rejects.toEqual(unauthenticated("does not trust"));
  });
});

describe("tokens of any issuer", () => {
  let issuer: OwnIssuer;
  let tokens: Tokens;
  beforeAll(async () => {
    issuer = await startOwnIssuer();
  });
  afterAll(() => issuer.stop());
  beforeEach(() => {
    issuer.instead = {};
    issuer.visits.length = 0;
    tokens = tokensOf({ issuers: [issuer.url], audiences: [audience], timeLimitMs: 300 });
  });
  const now = (): number => Math.floor(Date.now() / 1_000);

  test("keys are fetched once for many tokens", async () => {
    const token = await issuer.sign();
    await Promise.all(Array.from({ length: 5 }, () => tokens.verify(`Bearer ${token}`)));
    await tokens.verify(`Bearer ${await issuer.sign()}`);
    expect(issuer.visits).toEqual(["/.well-known/openid-configuration", "/keys"]);
  });

  test.each([
    null,
    "",
    "Bearer",
    "Bearer ",
    "Basic dXNlcjpwYXNz",
    "Bearer a b",
    "Bearer not-a-token",
    "Bearer a.b.c",
    `Bearer ${"x".repeat(10_000)}`,
    "Bearer ey\u00e9.x.y",
  ])("%.40j is no token, and no issuer is asked about it", async (header) => {
    await expect(tokens.verify(header)).rejects.toEqual(unauthenticated(/required|malformed/));
    expect(issuer.visits).toEqual([]);
  });

  test("a minute of difference between clocks is forgiven, two are not", async () => {
    const verify = async (claims: Record<string, number>): Promise<unknown> =>
      tokens.verify(`Bearer ${await issuer.sign(claims)}`);
    expect(await verify({ exp: now() - 30 })).toMatchObject({ clientId: "client" });
    expect(await verify({ nbf: now() + 30 })).toMatchObject({ clientId: "client" });
    await expect(verify({ exp: now() - 120 })).rejects.toEqual(unauthenticated("expired"));
    await expect(verify({ nbf: now() + 120 })).rejects.toEqual(unauthenticated(/"nbf"/));
  });

  test.each(["exp", "aud", "tid", "oid", "azp"])("a token without %s is refused", async (claim) => {
    const token = await issuer.sign({ [claim]: undefined });
    await expect(tokens.verify(`Bearer ${token}`)).rejects.toEqual(unauthenticated(""));
  });

  test("a v1 token's names for app and user are understood", async () => {
    const claims = { azp: undefined, appid: "client-1", upn: "ada@contoso.com", scp: "a b" };
    expect(await tokens.verify(`Bearer ${await issuer.sign(claims)}`)).toMatchObject({
      kind: "user",
      clientId: "client-1",
      user: { tenantId: "tenant", objectId: "object", principalName: "ada@contoso.com" },
      scopes: ["a", "b"],
    });
  });

  test("a token signed with another key under the issuer's name is refused", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const token = await issuer.sign({}, { key: privateKey });
    await expect(tokens.verify(`Bearer ${token}`)).rejects.toEqual(unauthenticated("signature"));
  });

  test("a token with a key id nobody published is refused", async () => {
    const token = await issuer.sign({}, { kid: "k2" });
    await expect(tokens.verify(`Bearer ${token}`)).rejects.toEqual(unauthenticated("signature"));
  });

  test("a token whose claims were changed is refused", async () => {
    const [head, , signature] = (await issuer.sign()).split(".");
    const [, claims] = (await issuer.sign({ azp: "somebody-else" })).split(".");
    const verified = tokens.verify(`Bearer ${head}.${claims}.${signature}`);
    await expect(verified).rejects.toEqual(unauthenticated("signature"));
  });

  test("a token that is not signed is refused", async () => {
    const [, claims] = (await issuer.sign()).split(".");
    const head = Buffer.from(JSON.stringify({ alg: "none", kid: "k1" })).toString("base64url");
    await expect(tokens.verify(`Bearer ${head}.${claims}.`)).rejects.toEqual(unauthenticated(""));
  });

  test("an HMAC made with the public key is no signature", async () => {
    const key = Buffer.from(await exportSPKI(issuer.publicKey));
    const token = await issuer.sign({}, { key, alg: "HS256" });
    await expect(tokens.verify(`Bearer ${token}`)).rejects.toEqual(unauthenticated("signature"));
  });

  test("a signature by an algorithm that is not on the list is refused, be the key the issuer's own", async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    // Without "alg", as Entra publishes its keys: then nothing but our list says which are taken.
    const keys = [{ ...(await exportJWK(publicKey)), kid: "k1", use: "sig" }];
    issuer.instead["/keys"] = (_, response) =>
      response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
    const jwk = await exportJWK(privateKey);
    for (const [alg, isTaken] of [
      ["RS256", true],
      ["PS256", true],
      ["RS384", false],
      ["RS512", false],
      ["PS512", false],
    ] as const) {
      const verified = tokens.verify(`Bearer ${await issuer.sign({}, { key: await importJWK(jwk, alg), alg })}`);
      if (isTaken) expect(await verified).toMatchObject({ clientId: "client" });
      else await expect(verified).rejects.toEqual(unauthenticated("signature"));
    }
  });

  test.each<[string, string, RequestListener]>([
    ["never answers for its discovery", "/.well-known/openid-configuration", () => undefined],
    ["never answers for its keys", "/keys", () => undefined],
    ["fails its discovery", "/.well-known/openid-configuration", (_, response) => response.writeHead(500).end()],
    ["fails its keys", "/keys", (_, response) => response.writeHead(500).end()],
    ["answers nonsense as discovery", "/.well-known/openid-configuration", (_, response) => response.end("<html>")],
    ["answers nonsense as keys", "/keys", (_, response) => response.end("<html>")],
    ["answers keys of no known form", "/keys", (_, response) => response.end('{"error":"later"}')],
    [
      "sends elsewhere for its discovery",
      "/.well-known/openid-configuration",
      (_, response) => response.writeHead(302, { location: `${issuer.url}/keys` }).end(),
    ],
  ])("when the issuer %s we are unavailable, and all is well again when it is", async (_, path, fault) => {
    const token = await issuer.sign();
    issuer.instead[path] = fault;
    expect(await failureOf(tokens.verify(`Bearer ${token}`))).toBeInstanceOf(Unavailable);
    issuer.instead = {};
    expect(await tokens.verify(`Bearer ${token}`)).toMatchObject({ clientId: "client" });
  });

  test("an issuer that is not there makes us unavailable", async () => {
    const gone = await startOwnIssuer();
    const token = await gone.sign();
    const trusting = tokensOf({ issuers: [gone.url], audiences: [audience] });
    await gone.stop();
    expect(await failureOf(trusting.verify(`Bearer ${token}`))).toBeInstanceOf(Unavailable);
  });

  test("no failure shows the token", async () => {
    const token = await issuer.sign({ exp: now() - 120 });
    const failure = await failureOf(tokens.verify(`Bearer ${token}`));
    expect(String(failure)).not.toContain(token.split(".")[2]);
  });
});

describe("an issuer's keys", () => {
  let issuer: OwnIssuer;
  let clock: ReturnType<typeof handClock>;
  let tokens: Tokens;
  // One for each test: what is fetched behind the last answer of one must not be counted by the next.
  beforeEach(async () => {
    issuer = await startOwnIssuer();
    clock = handClock(Date.now());
    tokens = tokensOf({ issuers: [issuer.url], audiences: [audience], timeLimitMs: 1_000, clock });
  });
  afterEach(() => issuer.stop());

  const discovery = "/.well-known/openid-configuration";
  const fetches = (): number => issuer.visits.filter((path) => path === "/keys").length;
  const fails: RequestListener = (_, response) => void response.writeHead(503).end();
  const json =
    (body: unknown): RequestListener =>
    (_, response) =>
      void response.end(JSON.stringify(body));
  const publishes = async (keys: Record<string, CryptoKey>): Promise<RequestListener> => {
    const all = Object.entries(keys).map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid, use: "sig" }));
    return json({ keys: await Promise.all(all) });
  };
  const lasting = { exp: Math.floor((Date.now() + 10 * milliseconds.day) / 1_000) };
  const verify = async (signing = {}): Promise<unknown> =>
    tokens.verify(`Bearer ${await issuer.sign(lasting, signing)}`);
  const accepted = expect.objectContaining({ clientId: "client" }) as unknown;

  test("go on working however long the issuer is away, and it is asked at most once a minute", async () => {
    expect(await verify()).toEqual(accepted);
    issuer.instead = { [discovery]: fails, "/keys": fails };
    for (const later of [11 * milliseconds.minute, milliseconds.day, 8 * milliseconds.day]) {
      issuer.visits.length = 0;
      clock.at += later;
      expect(await Promise.all([verify(), verify(), verify()])).toEqual([accepted, accepted, accepted]);
      await until(() => issuer.visits.length > 0, { what: "the issuer is asked behind the answers" });
      clock.at += milliseconds.minute / 2;
      expect(await verify()).toEqual(accepted);
      expect(issuer.visits.filter((path) => path === discovery)).toHaveLength(1);
    }
  });

  test("are fetched anew behind the answer once they are ten minutes old: one that was withdrawn stops working", async () => {
    expect(await verify()).toEqual(accepted);
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    issuer.instead["/keys"] = await publishes({ k2: publicKey });
    clock.at += 10 * milliseconds.minute;
    expect(await verify()).toEqual(accepted);
    clock.at += 1;
    expect(await verify(), "answered with the copy there was").toEqual(accepted);
    await until(async () => (await failureOf(verify())) instanceof Problem, { what: "the old key's end" });
    expect(await verify({ kid: "k2", key: privateKey })).toEqual(accepted);
  });

  test("do not keep a token alive: it ends by the service's clock", async () => {
    expect(await verify()).toEqual(accepted);
    clock.at = lasting.exp * 1_000 + milliseconds.minute;
    await expect(verify()).rejects.toEqual(unauthenticated("expired"));
  });

  test("are asked for again when a token names a new one, a minute after the last time", async () => {
    expect(await verify()).toEqual(accepted);
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    issuer.instead["/keys"] = await publishes({ k1: issuer.publicKey, k2: publicKey });
    const rotated = { kid: "k2", key: privateKey };
    clock.at += milliseconds.minute - 1;
    await expect(verify(rotated)).rejects.toEqual(unauthenticated("signature"));
    clock.at += 1;
    expect(await Promise.all([verify(rotated), verify(rotated), verify()])).toEqual([accepted, accepted, accepted]);
    expect(fetches()).toBe(2);
  });

  test("are fetched once a minute at most under a flood of made-up key ids", async () => {
    expect(await verify()).toEqual(accepted);
    for (let minute = 1; minute <= 3; minute += 1) {
      clock.at += milliseconds.minute;
      const flood = Array.from({ length: 20 }, (_, index) => failureOf(verify({ kid: `made-up-${index}` })));
      for (const failure of await Promise.all(flood)) expect(failure).toEqual(unauthenticated("signature"));
      expect(fetches()).toBe(1 + minute);
    }
  });

  test("that nobody can be asked about make us unavailable, for they may be good; those that are known go on", async () => {
    expect(await verify()).toEqual(accepted);
    issuer.instead = { [discovery]: fails, "/keys": fails };
    clock.at += milliseconds.minute;
    const { privateKey } = await generateKeyPair("RS256");
    for (let time = 0; time < 2; time += 1) {
      expect(await failureOf(verify({ kid: "k2", key: privateKey }))).toBeInstanceOf(Unavailable);
      expect(await verify()).toEqual(accepted);
    }
  });

  test.each<[string, string, RequestListener]>([
    ["its discovery fails", discovery, fails],
    [
      "its discovery is another issuer's",
      discovery,
      json({ issuer: "https://login.example", jwks_uri: "https://login.example/keys" }),
    ],
  ])("are found where they were when %s", async (_, path, instead) => {
    expect(await verify()).toEqual(accepted);
    issuer.instead[path] = instead;
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    issuer.instead["/keys"] = await publishes({ k2: publicKey });
    clock.at += milliseconds.minute;
    expect(await verify({ kid: "k2", key: privateKey })).toEqual(accepted);
  });

  test("stay when the issuer publishes none", async () => {
    expect(await verify()).toEqual(accepted);
    issuer.instead["/keys"] = json({ keys: [] });
    clock.at += 11 * milliseconds.minute;
    await verify();
    await until(() => fetches() === 2, { what: "the refresh" });
    clock.at += milliseconds.minute;
    expect(await verify()).toEqual(accepted);
  });

  test("of a discovery document that is another issuer's are not taken", async () => {
    issuer.instead[discovery] = json({ issuer: "https://login.example", jwks_uri: `${issuer.url}/keys` });
    expect(await failureOf(verify())).toBeInstanceOf(Unavailable);
    expect(fetches()).toBe(0);
  });

  test("of several issuers, in the forms of Entra's v1 and v2, are each its own", async () => {
    const forms = [`${issuer.url}/tenant/`, `${issuer.url}/tenant/v2.0`] as const;
    const { publicKey, privateKey } = await generateKeyPair("RS256");
    issuer.instead = {
      [`/tenant${discovery}`]: json({ issuer: forms[0], jwks_uri: `${issuer.url}/v1/keys` }),
      [`/tenant/v2.0${discovery}`]: json({ issuer: forms[1], jwks_uri: `${issuer.url}/keys` }),
      "/v1/keys": await publishes({ k2: publicKey }),
    };
    tokens = tokensOf({ issuers: forms, audiences: [audience], timeLimitMs: 1_000, clock });
    const signed = async (iss: string, signing = {}) => `Bearer ${await issuer.sign({ iss }, signing)}`;
    const v1 = { kid: "k2", key: privateKey };
    expect(await tokens.verify(await signed(forms[0], v1))).toEqual(accepted);
    expect(await tokens.verify(await signed(forms[1]))).toEqual(accepted);
    await expect(tokens.verify(await signed(forms[1], v1))).rejects.toEqual(unauthenticated("signature"));
    await expect(tokens.verify(await signed(`${issuer.url}/tenant`))).rejects.toEqual(unauthenticated("trust"));
  });
});
