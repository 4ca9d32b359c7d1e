import { describe, expect, test } from "vitest";
import { appToken, caller, post } from "./app-sender.ts";
import { expectFault } from "./expect-fault.ts";

/** Paths, methods and headers that are refused; and what every refusal says. */
export const faultyRequestCases = (): void => {
  describe("404, unknown paths", () => {
    test.each([
      ...["/beta", "/beta/", "/beta/me", "/beta/me/notification", "/me/notifications", "/v2.0/me/notifications"],
      ...["/beta/you/notifications", "/beta/me/notifications/a/b", "/beta/me/notifications/subscriptions/a/b"],
      ...["/beta/me/activities", "/favicon.ico", "/v1/me/notifications"],
    ])("%s", async (path) => {
      for (const method of ["GET", "POST"]) expectFault(await caller.ask(method, path, { token: appToken }), 404);
    });
  });

  test("404 for / as for any unknown path, but to a browser of this laptop, which is shown the local stack's page", async () => {
    expectFault(await caller.ask("POST", "/", { token: appToken }), 404);
  });

  describe("2.5: 405, with Allow; every path of the service", () => {
    const id = "119081f2-f19d-4fa8-817c-7e01092c0f7d";
    test.each([
      ["me/notifications", ["GET", "PATCH", "POST"]],
      ["me/notifications/", ["GET", "PATCH", "POST"]],
      [`me/notifications/${id}`, ["DELETE", "GET", "PATCH"]],
      [`me/activities/${id}`, ["GET"]],
      ["me/notifications/delta", ["GET"]],
      ["me/notifications/subscriptions", ["GET", "POST"]],
      [`me/notifications/subscriptions/${id}`, ["DELETE", "GET"]],
      ["me/notifications/vapidPublicKey", ["GET"]],
      ["openapi.json", ["GET"]],
    ])("%s", async (path, allowed) => {
      for (const prefix of ["/beta", "/v1.0"]) {
        const refused = ["POST", "PUT", "DELETE", "PATCH", "GET"].filter((method) => !allowed.includes(method));
        for (const method of refused.filter(
          (one) => !(path.includes("activities") && one !== "PUT" && one !== "POST"),
        )) {
          const answer = await caller.ask(method, `${prefix}/${path}`);
          expectFault(answer, 405);
          const allow = String(answer.headers.allow)
            .split(",")
            .map((one) => one.trim());
          expect(allow).toEqual(expect.arrayContaining(allowed));
          expect(allow).not.toContain(method);
        }
      }
    });
  });

  describe("2.5: 400, headers", () => {
    test.each(["if-modified-since", "if-range"])("%s, with any value", async (name) => {
      for (const value of ["Wed, 21 Oct 2015 07:28:00 GMT", '"etag"', "nonsense", ""]) {
        expectFault(await post({}, { headers: { [name]: value } }), 400);
      }
    });

    test("X-UNS-ID is required with an app-only token", async () => {
      expectFault(await post({}, { unsid: undefined }), 400);
    });
  });

  describe("2.5: 415", () => {
    test.each(["br", "zstd", "compress", "x-gzip", "gzip, gzip", "gzip, deflate", "identity, gzip", "gzip;q=1", "*"])(
      "the content encoding %s",
      async (encoding) => {
        expectFault(await post({}, { headers: { "content-encoding": encoding } }), 415);
      },
    );

    test("two Content-Encoding headers", async () => {
      expectFault(await post({}, { headers: { "content-encoding": ["gzip", "gzip"] } }), 415);
    });

    test.each([
      undefined,
      "text/plain",
      "application/jsonx",
      "application/x-www-form-urlencoded",
      "application/xml",
      "",
    ])("the content type %s", async (type) => {
      expectFault(await post({}, { headers: { "content-type": type } }), 415);
    });
  });

  test("both ids stand in the body and the headers of a fault, the caller's own included", async () => {
    for (const [method, path] of [
      ["GET", "/nothing"],
      ["PUT", "/beta/me/notifications"],
      ["POST", "/beta/me/notifications"],
    ] as const) {
      const answer = await caller.ask(method, path, { headers: { "client-request-id": "mine" } });
      expect(answer.headers["client-request-id"]).toBe("mine");
      expect(answer.json.error.innerError["client-request-id"]).toBe("mine");
      expect(answer.json.error.innerError["request-id"]).toBe(answer.headers["request-id"]);
    }
  });
};
