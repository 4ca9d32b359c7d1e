import type { RequestListener } from "node:http";
import { exportJWK, exportSPKI, importJWK } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tokensOf } from "../../../shared/auth/tokens.http.ts";
import type { Tokens } from "../../../shared/auth/tokens.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { anotherKey, audience, startOwnIssuer, type OwnIssuer } from "./issuer.ts";
import { failureOf, unauthenticated } from "./failures.ts";

/** What makes a token good, whoever issued it. */
export const anyTokenCases = (): void => {
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
      const token = await issuer.sign({}, { key: anotherKey.privateKey });
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
      const { publicKey, privateKey } = anotherKey;
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
};
