import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { notification, postPath } from "./api-under-test.ts";
import { app, authorization, backends, expectFault, posted, token, unsid } from "./faults-under-test.ts";

/** What a request is refused for before its body is read, and in which order. */
export const faultyRequestCases = (): void => {
  test("of a request with every fault the first in the contract's order is told, and mended one by one it is accepted", async () => {
    const blocked = await token(backends.apps.blocked);
    const oversized = JSON.stringify(notification({ payload: { rawContent: "x".repeat(70_000) } }));
    const request = {
      path: "/beta/me/notification",
      method: "PUT" as "PUT" | "POST",
      headers: {
        authorization: "Bearer x.y.z",
        "if-range": "x",
        "content-type": "text/plain",
        "idempotency-key": "two words",
      } as Record<string, string>,
      body: oversized as unknown,
    };
    const next = async (status: number, message: RegExp | string, mend: () => void): Promise<void> => {
      expectFault(await app.ask(request.method, request.path, request), status, message);
      mend();
    };
    await next(404, "nothing at this path", () => (request.path = postPath));
    await next(405, "PUT is not supported", () => (request.method = "POST"));
    await next(401, "token", () => (request.headers.authorization = blocked));
    await next(403, "blocked", () => (request.headers.authorization = authorization));
    await next(400, "If-Range", () => delete request.headers["if-range"]);
    await next(400, "X-UNS-ID is required", () => (request.headers["x-uns-id"] = "unknown"));
    await next(400, "Idempotency-Key", () => delete request.headers["idempotency-key"]);
    await next(415, "Content-Type", () => (request.headers["content-type"] = "application/json"));
    await next(413, "64 KiB", () => (request.body = "{"));
    await next(400, "JSON", () => (request.body = "[]"));
    await next(
      400,
      "must be one JSON object, not an array",
      () => (request.body = { "@odata.type": "#microsoft.graph.user" }),
    );
    await next(401, "Invalid activity data type", () => (request.body = {}));
    await next(400, "targetHostName is required", () => (request.body = notification()));
    await next(403, "X-UNS-ID", () => (request.headers["x-uns-id"] = unsid));
    expect((await app.ask(request.method, request.path, request)).status).toBe(201);
  });

  test.each([
    [postPath, "GET, POST, PATCH"],
    ["/v1.0/me/notifications/vapidPublicKey", "GET"],
    ["/beta/me/notifications/delta", "GET"],
    ["/beta/me/activities/some-id", "GET"],
    ["/health/live", "GET"],
    ["/health/ready", "GET"],
  ])(
    "%s allows %s and says so to every other method, HEAD and OPTIONS too, before any token is asked for",
    async (path, allow) => {
      const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;
      for (const method of methods.filter((one) => !allow.split(", ").includes(one))) {
        const answer = await app.ask(method, path);
        expectFault(answer, 405, method);
        expect(answer.headers.get("allow")).toBe(allow);
      }
    },
  );

  test.each([
    "/",
    "/beta",
    "/beta/",
    "/me/notifications",
    "/v2.0/me/notifications",
    "/beta/me/notifications/x/y",
    "/beta/%zz",
    "//beta/me/notifications",
    "/beta//me/notifications",
    "/beta/me/notifications//",
    "/beta/me%2Fnotifications",
    "/beta%2fme/notifications",
    "/beta/me/notifications.",
    "/beta/me/notifications%20",
    "/beta/me/notifications%00",
    "/beta/me/notifications;v=1",
    "/beta/me/notifications/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/beta/me/notifications/..%2f..%2fhealth/live",
    "/beta/../../health/live/../../me/notifications",
  ])("there is nothing at %s, whatever the method", async (path) => {
    for (const method of ["GET", "POST", "OPTIONS"] as const) expectFault(await app.ask(method, path), 404);
  });

  describe("headers and encodings", () => {
    test.each(["if-modified-since", "if-range"])("%s is answered 400, even empty", async (name) => {
      expectFault(await posted(notification(), { [name]: "" }), 400, "not supported");
    });

    test.each([
      { "content-type": "text/json" },
      { "content-type": "" },
      { "content-encoding": "br" },
      { "content-encoding": "gzip, deflate" },
      { "content-encoding": "gzip, gzip" },
    ])("%j is answered 415", async (headers) => {
      expectFault(await posted(notification(), headers), 415, /Content-(Type|Encoding)/);
    });

    test.each(["gzip", "deflate"])("a body that is not %s is answered 400", async (encoding) => {
      expectFault(await posted(notification(), { "content-encoding": encoding }), 400, encoding);
      const cut = gzipSync(JSON.stringify(notification())).subarray(0, 40);
      expectFault(await posted(cut, { "content-encoding": encoding }), 400, encoding);
    });
  });
};
