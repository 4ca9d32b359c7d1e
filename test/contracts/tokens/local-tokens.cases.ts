import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requiredScope } from "../../../shared/auth/caller.ts";
import { tokensOf } from "../../../shared/auth/tokens.http.ts";
import type { Tokens } from "../../../shared/auth/tokens.ts";
import { identityUnderTest } from "../identity/identity-under-test.ts";
import { audience } from "./issuer.ts";
import { unauthenticated } from "./failures.ts";

/** An identity provider as it is run on a laptop. */
export const localTokenCases = (): void => {
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
};
