import { createHmac, createPublicKey, type JsonWebKeyInput } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { notification } from "./caller.ts";
import { expectFault } from "./expect-fault.ts";
import { anyone, caller, post, stack } from "./hostile-sender.ts";

/** Tokens that are forged. */
export const hostileTokenCases = (): void => {
  describe("tokens", () => {
    const claimsOf = (token: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as Record<string, unknown>;
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
    const expectRefused = async (token: string): Promise<void> => {
      const answer = await post({ token, body: notification() });
      expectFault(answer, 401);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    };

    test("alg none, in any spelling, is a 401", async () => {
      const payload = anyone.token.split(".")[1]!;
      for (const alg of ["none", "None", "NONE", "nOnE", ""]) {
        await expectRefused(`${encode({ alg, typ: "JWT" })}.${payload}.`);
        await expectRefused(`${encode({ alg, typ: "JWT" })}.${payload}.${anyone.token.split(".")[2]!}`);
      }
      await expectRefused(`${encode({ typ: "JWT" })}.${payload}.x`);
    });

    test("HS256 with the issuer's public key for a secret is a 401", async () => {
      const discovery = (await (await fetch(`${stack.stack.issuer}/.well-known/openid-configuration`)).json()) as {
        jwks_uri: string;
      };
      const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: JsonWebKeyInput["key"][] };
      const key = createPublicKey({ key: keys[0]!, format: "jwk" });
      const kid = (keys[0] as { kid?: string }).kid;
      const payload = encode(claimsOf(anyone.token));
      const secrets = [
        ...(["spki", "pkcs1"] as const).flatMap((type) => [
          key.export({ type, format: "pem" }),
          key.export({ type, format: "pem" }).toString().trim(),
          key.export({ type, format: "der" }),
        ]),
        Buffer.from((keys[0] as { n?: string }).n ?? "", "base64url"),
        "",
      ];
      for (const secret of secrets) {
        const signed = `${encode({ alg: "HS256", typ: "JWT", kid })}.${payload}`;
        await expectRefused(`${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`);
      }
    });

    test("a stranger's key is a 401: with our issuer's kid, with a key of its own in the header, and of another issuer and tenant", async () => {
      const { privateKey, publicKey } = await generateKeyPair("RS256");
      const jwk = await exportJWK(publicKey);
      const kid = (JSON.parse(Buffer.from(anyone.token.split(".")[0]!, "base64url").toString()) as { kid?: string })
        .kid;
      const claims = claimsOf(anyone.token);
      const tenant = crypto.randomUUID();
      const entra = { ...claims, tid: tenant, iss: `https://login.microsoftonline.com/${tenant}/v2.0` };
      for (const [header, payload] of [
        [{ alg: "RS256", ...(kid && { kid }) }, claims],
        [{ alg: "RS256", jwk }, claims],
        [{ alg: "RS256", jku: "http://127.0.0.1:1/jwks" }, claims],
        [{ alg: "RS256", kid: "unknown" }, claims],
        [{ alg: "RS256", x5u: "http://127.0.0.1:1/x", kid: "../../etc/passwd" }, claims],
        [{ alg: "RS256", ...(kid && { kid }) }, entra],
        [
          { alg: "PS256", ...(kid && { kid }) },
          { ...claims, iss: "http://127.0.0.1:1" },
        ],
      ] as const) {
        const key = header.alg === "PS256" ? (await generateKeyPair("PS256")).privateKey : privateKey;
        await expectRefused(await new SignJWT(payload).setProtectedHeader(header).sign(key));
      }
    });

    test("claims that are changed are a 401", async () => {
      const [head = "", , signature = ""] = anyone.token.split(".");
      const claims = claimsOf(anyone.token);
      for (const change of [
        ...[
          { tid: crypto.randomUUID() },
          { oid: crypto.randomUUID() },
          { azp: caller.other.clientId },
          { scp: undefined },
        ],
        ...[{ roles: ["Notifications.Admin"] }, { exp: 4_000_000_000 }, {}],
      ]) {
        const payload = encode({ ...claims, ...change, uti: "changed" });
        await expectRefused(`${head}.${payload}.${signature}`);
      }
      for (const nonsense of ["..", "a..b", `${"a".repeat(8_000)}.b.c`, "%00", `${encode([])}.${encode([])}.x`, "ž"]) {
        const answer = await post({
          headers: { authorization: Buffer.from(`Bearer ${nonsense}`).toString("latin1") },
          body: {},
        });
        expectFault(answer, 401);
      }
    });
  });
};
