import { beforeAll, describe, expect, test } from "vitest";
import { newChannel } from "../../support/backends.ts";
import { notification, post, subscribe } from "./api-under-test.ts";
import { app, authorization, backends, expectFault, posted, token, unsid } from "./faults-under-test.ts";

/** Who is refused, and what nobody may subscribe. */
export const refusedCallerCases = (): void => {
  describe("tokens", () => {
    test.each([undefined, "", "Basic dXNlcjpwYXNz", "Bearer", "Bearer a.b.c"])(
      "%j is answered 401 with a challenge",
      async (header) => {
        const answer = await post(app, notification(), {
          unsid,
          headers: header === undefined ? {} : { authorization: header },
        });
        expectFault(answer, 401);
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      },
    );

    test("a token for another audience is answered 401", async () => {
      const other = await token(backends.apps.sample, undefined, { resource: "api://other" });
      expectFault(await post(app, notification(), { unsid, headers: { authorization: other } }), 401, '"aud"');
    });

    test("a wrong data type is a 401 without a challenge", async () => {
      const body = notification({ payload: { "@odata.type": "#microsoft.graph.wrong", rawContent: "x" } });
      const answer = await posted(body);
      expectFault(answer, 401, "Invalid activity data type: payload");
      expect(answer.headers.get("www-authenticate")).toBeNull();
    });
  });

  describe("permission", () => {
    test.each(["", "unknown", "x".repeat(200)])("the UNSID %j is answered 403", async (unknown) => {
      const headers = { authorization, "x-uns-id": unknown };
      expectFault(await post(app, notification(), { headers }), 403, "X-UNS-ID");
    });

    test("another app may neither post to this host name nor use its UNSID for its own", async () => {
      const { other } = backends.apps;
      const stranger = { authorization: await token(other) };
      expectFault(await post(app, notification(), { unsid, headers: stranger }), 403, "may not send");
      const own = notification({ targetHostName: other.hostName });
      expectFault(await post(app, own, { unsid, headers: stranger }), 403, "X-UNS-ID");
      expectFault(await posted(own), 403, "may not send");
    });

    test("a host name nobody registered is answered as another's", async () => {
      expectFault(await posted(notification({ targetHostName: "nobody.contoso.com" })), 403, "may not send");
    });

    test("a user's token with another user's UNSID is answered 403", async () => {
      const eve = { authorization: await token(backends.apps.sample, "eve@contoso.com") };
      expectFault(await post(app, notification(), { unsid, headers: eve }), 403, "X-UNS-ID");
    });

    test("a user's token without the scope may neither post nor subscribe", async () => {
      const scopeless = await token(backends.apps.sample, "ada@contoso.com", { scope: "openid" });
      const headers = { authorization: scopeless };
      expectFault(await post(app, notification(), { headers }), 403, "scope");
      expectFault(await subscribe(app, scopeless), 403, "scope");
    });

    test("an app's own token, another app's user and a blocked app's may not subscribe", async () => {
      expectFault(await subscribe(app, authorization), 403, "signed-in user");
      expectFault(await subscribe(app, await token(backends.apps.other, "ada@contoso.com")), 403, "not a client");
      expectFault(await subscribe(app, await token(backends.apps.blocked, "ada@contoso.com")), 403, "blocked");
    });
  });

  describe("subscribing", () => {
    let user: string;
    beforeAll(async () => {
      user = await token(backends.apps.sample, "ada@contoso.com");
    });

    test.each([
      "http://fcm.googleapis.com/x",
      "https://fcm.googleapis.com:8443/x",
      "https://evil.example/fcm.googleapis.com",
      "https://127.0.0.1/x",
      "https://user:pw@fcm.googleapis.com/x",
      "not a URL",
    ])("the endpoint %s is refused", async (endpoint) => {
      const answer = await subscribe(app, user, { channel: { ...newChannel(), endpoint } });
      expectFault(answer, 400, "channel.endpoint");
      expect(answer.text).not.toContain(endpoint);
    });

    test("a channel that has expired already is refused", async () => {
      const channel = { ...newChannel(), expirationTime: Date.now() - 1 };
      expectFault(await subscribe(app, user, { channel }), 400, "expirationTime");
    });

    test("an app whose host name is another's is refused", async () => {
      const targetHostName = backends.apps.other.hostName;
      expectFault(await subscribe(app, user, { targetHostName }), 403, "not a client");
    });
  });
};
