import type { RequestListener } from "node:http";
import { exportJWK, type CryptoKey } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tokensOf } from "../../../shared/auth/tokens.http.ts";
import type { Tokens } from "../../../shared/auth/tokens.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { Problem } from "../../../shared/problem.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { until } from "../../support/until.ts";
import { handClock } from "../feed/samples.ts";
import { anotherKey, audience, startOwnIssuer, type OwnIssuer } from "./issuer.ts";
import { failureOf, unauthenticated } from "./failures.ts";

/** How long keys serve, and when an issuer is asked for them. */
export const issuerKeyCases = (): void => {
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
        const isAsked = async (): Promise<boolean> => {
          await verify(); // while the last asking is not over, none begins
          return issuer.visits.includes("/keys");
        };
        await until(isAsked, { what: "the issuer is asked behind the answers" });
        clock.at += milliseconds.minute / 2;
        expect(await verify()).toEqual(accepted);
        expect(issuer.visits.filter((path) => path === discovery)).toHaveLength(1);
      }
    });

    test("are fetched anew behind the answer once they are ten minutes old: one that was withdrawn stops working", async () => {
      expect(await verify()).toEqual(accepted);
      const { publicKey, privateKey } = anotherKey;
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
      const { publicKey, privateKey } = anotherKey;
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
      const { privateKey } = anotherKey;
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
      const { publicKey, privateKey } = anotherKey;
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
      const { publicKey, privateKey } = anotherKey;
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
};
