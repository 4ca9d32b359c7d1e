import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";

export const audience = "api://fanfare";

/** An issuer of the test's own, which signs whatever it is asked to, and whose pages can be made to fail. */
export type OwnIssuer = {
  readonly url: string;
  /** Paths that were asked for. */
  readonly visits: string[];
  /** What answers a path instead of the issuer. */
  instead: Record<string, RequestListener>;
  readonly publicKey: CryptoKey;
  /** A token with everything it needs, but for the claims given; one that is undefined is left out. */
  readonly sign: (
    claims?: JWTPayload,
    signing?: { kid?: string; key?: CryptoKey | Uint8Array; alg?: string },
  ) => Promise<string>;
  readonly stop: () => Promise<void>;
};

const newKeys = () => generateKeyPair("RS256", { extractable: true });
// RSA keys take their time: every issuer has the same one, at an address of its own, and another is there for whoever needs a second.
const [{ publicKey, privateKey }, other] = await Promise.all([newKeys(), newKeys()]);
export const anotherKey = other;

export const startOwnIssuer = async (): Promise<OwnIssuer> => {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    visits.push(path);
    const instead = own.instead[path];
    if (instead) {
      instead(request, response);
      return;
    }
    const body =
      path === "/keys"
        ? exportJWK(publicKey).then((key) => ({ keys: [{ ...key, kid: "k1", use: "sig", alg: "RS256" }] }))
        : Promise.resolve({ issuer: own.url, jwks_uri: `${own.url}/keys` });
    void body.then((json) => response.setHeader("content-type", "application/json").end(JSON.stringify(json)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const own: OwnIssuer = {
    url,
    visits,
    instead: {},
    publicKey,
    sign: (claims = {}, { kid = "k1", key = privateKey, alg = "RS256" } = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const standard = {
        iss: url,
        aud: audience,
        iat: now,
        exp: now + 600,
        tid: "tenant",
        oid: "object",
        azp: "client",
      };
      return new SignJWT({ ...standard, ...claims }).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(key);
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return own;
};
