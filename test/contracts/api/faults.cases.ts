import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { newChannel, type Backends } from "../../support/backends.ts";
import { closedPort } from "../../support/closed-port.ts";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { notification, post, postPath, subscribe, unsidOf } from "./api-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let authorization: string;
let unsid: string;
/** What must never be shown or logged: of each test that hands one out. */
const secrets: string[] = [];
const answers: Answered[] = [];

const token = async (...who: Parameters<Backends["authorization"]>): Promise<string> => {
  const header = await backends.authorization(...who);
  secrets.push(header.slice("Bearer ".length));
  return header;
};

/** What each fault is answered. */
export const faultCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
    authorization = await token(backends.apps.sample);
    unsid = await unsidOf(app, backends, "ada@contoso.com");
    const { serviceBusKey, tablesKey, dataKey, vapid } = backends.secrets;
    secrets.push(unsid, serviceBusKey, tablesKey, dataKey.split(":")[1]!, vapid.privateKey);
    secrets.push(/SharedAccessKey=([^;]+)/.exec(backends.bus.connectionString)![1]!);
    secrets.push(/AccountKey=([^;]+)/.exec(backends.tables.connectionString)![1]!);
  });
  afterAll(async () => {
    await app.close();
  });

  /** No answer and no log line of any test holds a secret or a trace of the inside. */
  afterEach(() => {
    for (const text of [...answers.splice(0).map((answer) => answer.text), ...app.logged.splice(0)]) {
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(text).not.toMatch(/\.[cm]?[jt]s:\d+|node_modules|RestError|ZodError/);
    }
  });

  const guid = /^[0-9a-f-]{36}$/;
  const codes: Record<number, string> = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
  };

  /** An answer in the form every fault has (contract 2.5). */
  const expectFault = (answer: Answered, status: number, message: RegExp | string = ""): void => {
    answers.push(answer);
    expect([answer.status, answer.json?.error?.message]).toEqual([status, expect.stringMatching(message)]);
    const requestId = answer.headers.get("request-id");
    expect(requestId).toMatch(guid);
    const { details, ...error } = answer.json.error;
    expect(error).toEqual({
      code: codes[status],
      message: expect.stringMatching(/\.$/) as string,
      innerError: {
        date: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as string,
        "request-id": requestId,
        "client-request-id": answer.headers.get("client-request-id"),
      },
    });
    expect(answer.headers.get("content-type")).toMatch(/^application\/json;/);
    expect(answer.headers.get("cache-control")).toBe("private");
    for (const detail of details ?? []) expect(Object.keys(detail as object)).toEqual(["code", "target", "message"]);
  };
  const posted = (body: unknown, headers: Record<string, string> = {}): Promise<Answered> =>
    post(app, body, { unsid, headers: { authorization, ...headers } });

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

  describe("bodies", () => {
    test.each(["", "{", "nonsense", "[]", "[{}]", "null", "1", '"text"', Buffer.from([0x7b, 0xff, 0x7d])])(
      "%j is answered 400",
      async (body) => {
        expectFault(await posted(body), 400);
      },
    );

    test.each(["[]", "[{}]", "[[]]", "[1,2]", "[null]"])(
      "the array %s is told by a sentence of its own",
      async (body) => {
        expectFault(await posted(body), 400, /^The body must be one JSON object, not an array\.$/);
      },
    );

    test("an array of one good notification is refused, and nothing is stored", async () => {
      const body = notification();
      expectFault(await posted([body]), 400);
      expect((await posted(body)).status).toBe(201);
    });

    test("every faulty member is named, in the message and in details", async () => {
      const answer = await posted({
        targetHostName: "https://app",
        payload: { visualContent: { body: 1 } },
        priority: "urgent",
        expirationDateTime: "2019-10-30T23:59:00.000Z",
        targetPolicy: { platformTypes: [] },
      });
      const targets = [
        "targetHostName",
        "appNotificationId",
        "payload.visualContent.title",
        "payload.visualContent.body",
        "priority",
        "expirationDateTime",
        "targetPolicy.platformTypes",
      ];
      expectFault(answer, 400);
      const { message, details } = answer.json.error as { message: string; details: { target: string }[] };
      expect(details.map(({ target }) => target).sort()).toEqual([...targets].sort());
      for (const target of targets) expect(message).toContain(target);
    });

    const textWith = (member: string): string => JSON.stringify(notification()).replace(/}$/, `,${member}}`);
    test.each([
      ['"displayTimeToLive":1e400', "displayTimeToLive"],
      ['"displayTimeToLive":-1e400', "displayTimeToLive"],
      ['"displayTimeToLive":9007199254740993', "displayTimeToLive"],
      ['"displayTimeToLive":"1e2"', "displayTimeToLive"],
      ['"displayTimeToLive":" 60"', "displayTimeToLive"],
      ['"displayTimeToLive":60.5', "displayTimeToLive"],
      ['"groupName":"\\ud800"', "groupName"],
      ['"groupName":"a","groupName":7', "groupName"],
      ['"priority":"urgent"', "priority"],
      ['"payload":null', "payload"],
      ['"payload":{}', "payload"],
      ['"__proto__":null,"payload":{"__proto__":{"rawContent":"x"}}', "payload"],
      ['"targetPolicy":{"platformTypes":[]}', "targetPolicy.platformTypes"],
      ['"expirationDateTime":"2026-02-30T00:00:00Z"', "expirationDateTime"],
    ])("%s is told by name", async (member, target) => {
      const answer = await posted(textWith(member));
      expectFault(answer, 400, target);
      const { details } = answer.json.error as { details: { target: string }[] };
      expect(details.map((fault) => fault.target)).toEqual([target]);
    });

    test.each([
      '"displayTimeToLive":60.0',
      '"displayTimeToLive":1e2',
      '"displayTimeToLive":-0',
      '"displayTimeToLive":"060"',
      '"groupName":7,"groupName":"the last one counts"',
      '"GROUPNAME":"PascalCase and worse"',
      '"__proto__":{"payload":7},"constructor":1,"toString":null',
      '"unknown":"\\ud800"',
    ])("%s is taken", async (member) => {
      expect((await posted(textWith(member))).status).toBe(201);
    });

    test("what is nested ten thousand deep is told by name where it counts, and overlooked where it does not", async () => {
      const deep = "[".repeat(10_000) + "]".repeat(10_000);
      const deepObjects = '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000);
      expectFault(await posted(deep), 400, "not an array");
      expectFault(await posted(deepObjects), 400, "targetHostName is required");
      expectFault(await posted(textWith(`"fallbackPolicy":${deep}`)), 400, "fallbackPolicy must be an object");
      expectFault(await posted(textWith(`"payload":${deepObjects}`)), 400, "payload must have");
      expect((await posted(textWith(`"unknown":${deep}`))).status).toBe(201);
    });

    test.each([undefined, null, {}, { rawContent: "" }, { rawContent: {} }, { visualContent: {} }, "text", []])(
      "the payload %j is answered 400",
      async (payload) => {
        expectFault(await posted(notification({ payload })), 400, "payload");
      },
    );
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

  /** Every row there is, by key and version: what no refusal may change. */
  const rowsOf = async (...names: ("feeds" | "expiries" | "throttles")[]): Promise<string[]> => {
    const found: string[] = [];
    for (const name of names) {
      for await (const { partitionKey, rowKey, etag } of backends.tables.tables[name].all()) {
        found.push(`${name} ${partitionKey} ${rowKey} ${etag}`);
      }
    }
    return found;
  };

  describe("throttled", () => {
    const throttledBy = async (settings: Record<string, string>, story: (app: AppInProcess) => Promise<void>) => {
      const instance = await loadApp(backends.settings(settings));
      await story(instance);
      for (const line of instance.logged) for (const secret of secrets) expect(line).not.toContain(secret);
      await instance.close();
    };
    const retryAfter = (answer: Answered): number => Number(answer.headers.get("retry-after"));

    test("a user's third write of two is a 406 that says when, costs no write and is told after everything else", async () => {
      await throttledBy({ THROTTLE_USER_WRITES_PER_5_MINUTES: "2" }, async (instance) => {
        const own = await token(backends.apps.sample, "busy.user@contoso.com");
        const write = (body: unknown, headers: Record<string, string> = {}) =>
          post(instance, body, { headers: { authorization: own, ...headers } });
        const first = notification();
        expect((await write(first, { "idempotency-key": "first" })).status).toBe(201);
        expectFault(await write({ ...first, groupName: 7 }), 400); // a refusal does not count
        expect((await write(notification())).status).toBe(201);

        const before = await rowsOf("feeds", "expiries", "throttles");
        const refused = await write(notification());
        expectFault(refused, 406, "too many writes");
        expect(retryAfter(refused)).toBeGreaterThan(280);
        expect(retryAfter(refused)).toBeLessThanOrEqual(300);
        expectFault(await write(first), 406, "too many writes"); // replacing is a write too
        expectFault(await write({}), 400);
        expectFault(await write(notification(), { "x-uns-id": "unknown" }), 403, "X-UNS-ID");
        // A repeat is no write: it is answered all the same.
        expect((await write(first, { "idempotency-key": "first" })).status).toBe(201);
        expect(await rowsOf("feeds", "expiries", "throttles")).toEqual(before);
        const others = await token(backends.apps.sample, "idle.user@contoso.com");
        expect((await post(instance, notification(), { headers: { authorization: others } })).status).toBe(201);
      });
    });

    test("an app beyond its writes is told so before its body is looked at, and what it was refused for does not count", async () => {
      const { other } = backends.apps;
      // What the instance before leased for this app was leased under its own limit.
      const { throttles } = backends.tables.tables;
      for await (const { partitionKey, rowKey } of throttles.all()) {
        await throttles.write({ kind: "delete", partitionKey, rowKey });
      }
      await throttledBy({ THROTTLE_APP_WRITES_PER_MINUTE: "3" }, async (instance) => {
        const own = await token(other, "app.user@contoso.com");
        const write = (body: unknown) => post(instance, body, { headers: { authorization: own } });
        const good = () => notification({ targetHostName: other.hostName });
        for (let refusal = 1; refusal <= 5; refusal += 1) expectFault(await write("{"), 400, "JSON");
        const statuses: number[] = [];
        for (let attempt = 1; attempt <= 4; attempt += 1) statuses.push((await write(good())).status);
        expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(3);
        expect(statuses[0]).toBe(201);

        const before = await rowsOf("feeds", "expiries");
        const refused = await write("x".repeat(70_000));
        expectFault(refused, 406, "calling app's writes are throttled");
        expect(retryAfter(refused)).toBeGreaterThanOrEqual(1);
        expect(retryAfter(refused)).toBeLessThanOrEqual(70);
        expect(await rowsOf("feeds", "expiries")).toEqual(before);
        expectFault(await post(instance, "{", { headers: { authorization: own, "content-type": "text/plain" } }), 415);
      });
    });
  });

  describe("when what we need is away", () => {
    const withBroken = async (
      broken: "tables" | "bus",
      story: (crippled: AppInProcess) => Promise<void>,
    ): Promise<void> => {
      const port = await closedPort();
      const settings =
        broken === "tables"
          ? { TablesConnection: backends.tables.connectionStringAt(port) }
          : { ServiceBusConnection: connectionString(port, backends.secrets.serviceBusKey) };
      const crippled = await loadApp(backends.settings(settings));
      await story(crippled);
      for (const line of crippled.logged) for (const secret of secrets) expect(line).not.toContain(secret);
      await crippled.close();
    };
    test("with everything there the service is ready, and alive", async () => {
      const ready = await app.ask("GET", "/health/ready");
      expect([ready.status, ready.json]).toEqual([
        200,
        { status: "ready", checks: { tables: "ok", serviceBus: "ok" } },
      ]);
      expect((await app.ask("GET", "/health/live")).status).toBe(200);
    });

    test.each([
      ["tables", { tables: "failing", serviceBus: "ok" }],
      ["bus", { tables: "ok", serviceBus: "failing" }],
    ] as const)(
      "without %s we are busy (406), not ready and say why, within the deadline, and alive",
      async (broken, checks) => {
        await withBroken(broken, async (crippled) => {
          const startedAt = performance.now();
          const answer = await post(crippled, notification(), { unsid, headers: { authorization } });
          expectFault(answer, 406, "busy");
          expect(answer.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
          expect(await crippled.ask("GET", "/health/ready")).toMatchObject({ status: 503, json: { checks } });
          expect((await crippled.ask("GET", "/health/live")).status).toBe(200);
          expect(performance.now() - startedAt).toBeLessThan(12_000);
        });
      },
    );

    test("a notification that was stored but not sent is completed by posting it again, and the next is not even stored", async () => {
      const [body, next] = [notification(), notification()];
      await withBroken("bus", async (crippled) => {
        expectFault(await post(crippled, body, { unsid, headers: { authorization } }), 406);
        const refused = await post(crippled, next, { unsid, headers: { authorization } });
        expectFault(refused, 406, "busy");
        expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(5);
      });
      expect([(await posted(body)).status, (await posted(next)).status]).toEqual([200, 201]);
    });
  });
};
