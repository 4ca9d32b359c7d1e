import { exportJWK } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tokensOf } from "../../../shared/auth/tokens.http.ts";
import type { Tokens } from "../../../shared/auth/tokens.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { Problem } from "../../../shared/problem.ts";
import { until } from "../../support/until.ts";
import { handClock } from "../feed/samples.ts";
import { failureOf, unauthenticated } from "./failures.ts";
import { anotherKey, audience, startOwnIssuer, type OwnIssuer } from "./issuer.ts";

/** A token that comes again is remembered, and no better for it. */
export const repeatedTokenCases = (): void => {
  describe("a token that was accepted before", () => {
    let issuer: OwnIssuer;
    let clock: ReturnType<typeof handClock>;
    let tokens: Tokens;
    let token: string;
    const seconds = (): number => Math.floor(clock.at / 1_000);
    beforeEach(async () => {
      issuer = await startOwnIssuer();
      clock = handClock(Date.now());
      tokens = tokensOf({ issuers: [issuer.url], audiences: [audience], clock });
      token = await issuer.sign({ exp: seconds() + 3_600, nbf: seconds() });
      // The first brings the keys; the second is what is remembered from then on.
      for (let time = 0; time < 3; time += 1) expect(await verify()).toMatchObject({ clientId: "client" });
    });
    afterEach(() => issuer.stop());
    const verify = (given = token): Promise<unknown> => tokens.verify(`Bearer ${given}`);

    test("ends when it says so, by the service's clock", async () => {
      clock.at += milliseconds.hour + milliseconds.minute - 1_000;
      expect(await verify()).toMatchObject({ clientId: "client" });
      clock.at += 1_000;
      await expect(verify()).rejects.toEqual(unauthenticated("expired"));
    });

    test("is not valid before it begins, should the service's clock be set back", async () => {
      clock.at -= 2 * milliseconds.minute;
      await expect(verify()).rejects.toEqual(unauthenticated(/"nbf"/));
    });

    test("ends with its key: the issuer's keys grow old though nothing else is asked for, and one that was withdrawn stops working", async () => {
      const published = JSON.stringify({
        keys: [{ ...(await exportJWK(anotherKey.publicKey)), kid: "k2", use: "sig" }],
      });
      issuer.instead["/keys"] = (_, response) => void response.end(published);
      clock.at += 10 * milliseconds.minute + 1;
      expect(await verify(), "answered with the copy there was").toMatchObject({ clientId: "client" });
      await until(async () => (await failureOf(verify())) instanceof Problem, { what: "the old key's end" });
    });

    test("vouches for no other: one whose claims or signature differ is refused", async () => {
      const [header = "", payload = "", signature = ""] = token.split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
      const changed = Buffer.from(JSON.stringify({ ...claims, oid: "another" })).toString("base64url");
      const another = signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
      for (const forged of [`${header}.${changed}.${signature}`, `${header}.${payload}.${another}`]) {
        await expect(verify(forged)).rejects.toEqual(unauthenticated("signature"));
      }
      expect(await verify()).toMatchObject({ clientId: "client" });
    });
  });
};
