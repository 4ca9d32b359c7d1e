import { deflateSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import type { LocalStack } from "../../support/stack.ts";
import { faultyBodies, wronglyTypedBodies } from "./bodies.ts";
import { notification, type Answer, type Caller, type Person, type Sent } from "./caller.ts";
import type { ContractStack } from "./contract-stack.ts";
import { expectFault, targetsOf } from "./expect-fault.ts";

let stack: LocalStack;
let caller: Caller;
let anyone: Person;
let appToken: string;
/** Of a browser of `anyone`. */
let unsid: string;

const post = (more: Readonly<Record<string, unknown>>, sent: Sent = {}): Promise<Answer> =>
  caller.post(more, { token: appToken, unsid, ...sent });
const postBody = (body: string | Uint8Array, headers: Sent["headers"] = {}): Promise<Answer> =>
  caller.ask("POST", "notifications/", { token: appToken, unsid, headers, body });

/** All that the feed of `anyone` holds. */
const stored = async (): Promise<unknown[]> => {
  const path = "notifications?targetHostName=graphnotifications.sample.windows.com&$top=100";
  const answer = await caller.ask("GET", path, { token: anyone.token });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.value as unknown[];
};

/** What contract 2.5 says of every fault. */
export const faultCases = (shared: () => ContractStack): void => {
  beforeAll(async () => {
    ({ stack, caller } = shared());
    anyone = await caller.person();
    appToken = await stack.token();
    ({ unsid } = await stack.device(anyone.upn));
  });

  describe("2.5: 400, the body is an array", () => {
    test.each([
      ["empty", []],
      ["of one notification", [notification()]],
      ["of two", [notification(), notification()]],
    ])("%s", async (_name, body) => {
      expectFault(await caller.ask("POST", "notifications/", { token: appToken, unsid, body }), 400);
    });
  });

  describe("2.5: 400, the body does not match the contract", () => {
    test.each(["", " ", "{", "nonsense", '{"a":1}}', "{'a':1}", '{"a":1,}', "\u0000", "\ufffd"])(
      "no JSON: %j",
      async (body) => {
        expectFault(await postBody(body), 400);
      },
    );

    test.each(["1", "null", "true", '"text"'])("JSON, but no object: %s", async (body) => {
      const answer = await postBody(body);
      expectFault(answer, 400);
    });

    test("no body at all", async () => {
      const headers = { "content-type": "application/json" };
      expectFault(await caller.ask("POST", "notifications/", { token: appToken, unsid, headers }), 400);
    });

    test("bytes that are no UTF-8", async () => {
      const [before, after] = JSON.stringify(notification({ payload: { rawContent: "@" } })).split("@");
      const bytes = Buffer.concat([Buffer.from(before!), Buffer.from([0xff, 0xc0]), Buffer.from(after!)]);
      expectFault(await postBody(bytes), 400);
    });

    test.each(faultyBodies)("%s", async (_name, change, target) => {
      const answer = await post(change);
      expectFault(answer, 400, { details: true });
      const targets = targetsOf(answer);
      expect(
        targets.every((one) => one.startsWith(target) || target.startsWith(one)),
        answer.text,
      ).toBe(true);
      expect(
        targets.some((one) => one.startsWith(target)),
        answer.text,
      ).toBe(true);
      expect(answer.json.error.message).toContain(target);
    });

    test("the message and the details name every faulty member, not only the first", async () => {
      const answer = await post({
        ...{ targetHostName: "", appNotificationId: 1, payload: { visualContent: { title: "" } }, priority: "Urgent" },
        ...{ displayTimeToLive: -1, expirationDateTime: "never", groupName: 1, targetPolicy: { platformTypes: [] } },
      });
      expectFault(answer, 400, { details: true });
      const members = [
        ...["targetHostName", "appNotificationId", "payload.visualContent.title", "priority", "displayTimeToLive"],
        ...["expirationDateTime", "groupName", "targetPolicy.platformTypes"],
      ];
      expect(targetsOf(answer).toSorted()).toEqual(members.toSorted());
      for (const member of members) expect(answer.json.error.message).toContain(member);
    });

    test("nothing of all that was stored", async () => {
      expect(await stored()).toEqual([]);
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

  describe("2.5: 400, undecodable", () => {
    const packed = gzipSync(JSON.stringify(notification()));
    test.each<[string, string, Uint8Array]>([
      ["gzip", "plain text", Buffer.from(JSON.stringify(notification()))],
      ["gzip", "cut off", packed.subarray(0, -12)],
      ["gzip", "damaged", Buffer.from(packed.map((byte, index) => (index === 20 ? byte ^ 0xff : byte)))],
      ["gzip", "really deflate", deflateSync(JSON.stringify(notification()))],
      ["deflate", "plain text", Buffer.from(JSON.stringify(notification()))],
      ["deflate", "cut off", deflateSync(JSON.stringify(notification())).subarray(0, -12)],
      ["gzip", "empty", Buffer.alloc(0)],
    ])("%s that is %s", async (encoding, _name, body) => {
      expectFault(await postBody(body, { "content-encoding": encoding }), 400);
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

  describe("2.5: 401, the data type is not the expected one", () => {
    test.each(wronglyTypedBodies)("%s", async (_name, change) => {
      const answer = await post(change);
      expectFault(answer, 401);
      expect(answer.headers["www-authenticate"]).toBeUndefined();
    });
  });

  describe("401, the token", () => {
    const expectChallenge = (answer: Answer): void => {
      expectFault(answer, 401);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    };

    test.each([undefined, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer nonsense", "Token x"])(
      "Authorization: %s",
      async (authorization) => {
        expectChallenge(await caller.post({}, { unsid, headers: { authorization } }));
      },
    );

    test("for another audience", async () => {
      expectChallenge(await post({}, { token: await caller.oddToken({ resource: "api://somebody-else" }) }));
    });

    test("with another signature, another header or another payload", async () => {
      const [head = "", payload = "", signature = ""] = appToken.split(".");
      const changed = (part: string): string => `${part.slice(0, 10)}${part[10] === "A" ? "B" : "A"}${part.slice(11)}`;
      for (const parts of [
        [head, payload, changed(signature)],
        [head, changed(payload), signature],
        [changed(head), payload, signature],
        [head, payload, ""],
        [head, payload],
      ]) {
        expectChallenge(await post({}, { token: parts.join(".") }));
      }
    });

    test("on every path but those that need none", async () => {
      const id = crypto.randomUUID();
      for (const [method, path] of [
        ...[
          ["GET", "notifications"],
          ["PATCH", "notifications"],
          ["GET", "notifications/delta"],
        ],
        ...[
          ["GET", `notifications/${id}`],
          ["PATCH", `notifications/${id}`],
          ["DELETE", `notifications/${id}`],
        ],
        ...[
          ["GET", `activities/${id}`],

          ["POST", "notifications/subscriptions"],
        ],
        ...[
          ["GET", "notifications/subscriptions"],
          ["GET", `notifications/subscriptions/${id}`],
        ],
        ["DELETE", `notifications/subscriptions/${id}`],
      ]) {
        expectChallenge(await caller.ask(method!, path!));
      }
    });
  });

  describe("2.5: 403", () => {
    test("a caller on the block list, app-only and delegated, on every operation", async () => {
      for (const token of [
        await stack.token({ app: caller.blocked }),
        await stack.token({ app: caller.blocked, user: anyone.upn }),
      ]) {
        expectFault(await post({ targetHostName: caller.blocked.hostName }, { token }), 403);
        expectFault(await post({}, { token }), 403);
        expectFault(await caller.ask("GET", "notifications", { token }), 403);
        expectFault(await caller.ask("GET", "notifications/subscriptions", { token }), 403);
      }
    });

    test("an UNSID that is unknown, malformed or of another app", async () => {
      const otherApps = await stack.device(anyone.upn, caller.other);
      const wrong = [`${unsid}x`, unsid.slice(1), crypto.randomUUID(), "x", "a b", "x".repeat(4_000), otherApps.unsid];
      for (const wrongUnsid of wrong) expectFault(await post({}, { unsid: wrongUnsid }), 403);
      const fromOther = { token: await stack.token({ app: caller.other }), unsid };
      expectFault(await post({ targetHostName: caller.other.hostName }, fromOther), 403);
    });

    test("an UNSID of another user than the delegated token's", async () => {
      const { token } = await caller.person();
      expectFault(await post({}, { token }), 403);
    });

    test("an app that is not among the host name's senders or clients", async () => {
      expectFault(await post({}, { token: await stack.token({ app: caller.other }) }), 403);
      expectFault(await post({}, { token: (await caller.person(caller.other)).token, unsid: undefined }), 403);
      expectFault(await post({ targetHostName: caller.other.hostName }), 403);
      expectFault(await post({ targetHostName: "nobody.contoso.com" }), 403);
    });

    test("a user's token without the scope", async () => {
      const token = await caller.oddToken({ username: anyone.upn, scope: "User.Read" });
      for (const answer of [
        await post({}, { token }),
        await post({}, { token, unsid: undefined }),
        await caller.ask("GET", "notifications", { token }),
        await caller.ask("GET", "notifications/subscriptions", { token }),
      ]) {
        expectFault(answer, 403);
      }
    });

    test("a token whose scope has more beside the right one is right", async () => {
      const scope = "User.Read Notifications.ReadWrite.CreatedByApp";
      const token = await caller.oddToken({ username: anyone.upn, scope });
      expect((await post({}, { token })).status).toBe(201);
    });
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

  describe("404, unknown paths", () => {
    test.each([
      ...["/", "/beta", "/beta/", "/beta/me", "/beta/me/notification", "/me/notifications", "/v2.0/me/notifications"],
      ...["/beta/you/notifications", "/beta/me/notifications/a/b", "/beta/me/notifications/subscriptions/a/b"],
      ...["/beta/me/activities", "/favicon.ico", "/v1/me/notifications"],
    ])("%s", async (path) => {
      for (const method of ["GET", "POST"]) expectFault(await caller.ask(method, path, { token: appToken }), 404);
    });
  });

  describe("413", () => {
    const text = JSON.stringify(notification({ payload: { rawContent: "" } }));
    const tooLarge = text.replace('""', `"${"x".repeat(65_537 - text.length)}"`);
    test("one byte beyond 64 KiB, plain, chunked, packed; and padded with blanks", async () => {
      expectFault(await postBody(tooLarge), 413);
      expectFault(await postBody(tooLarge, { "transfer-encoding": "chunked", "content-length": undefined }), 413);
      expectFault(await postBody(gzipSync(tooLarge), { "content-encoding": "gzip" }), 413);
      expectFault(await postBody(deflateSync(tooLarge), { "content-encoding": "deflate" }), 413);
      expectFault(await postBody(JSON.stringify(notification()).padEnd(65_537)), 413);
      expectFault(await postBody(Buffer.alloc(1_000_000, "[")), 413);
    });
  });

  /**
   * The paragraph "Order of checks" of 2.5: every fault, in that order, as a change to one request. Of two at once the earlier
   * one must be told. The two kinds of 406 stand in throttling.test.ts.
   */
  describe("2.5: the order of checks", () => {
    type Draft = {
      method: string;
      path: string;
      token: string;
      unsid: string | undefined;
      headers: Record<string, string>;
    };
    type Body = { change: Record<string, unknown>; isArray?: boolean; isBroken?: boolean; isLarge?: boolean };
    type Fault = { name: string; status: number; spoil: (draft: Draft, body: Body) => void };
    let blockedToken: string;
    beforeAll(async () => {
      blockedToken = await stack.token({ app: caller.blocked });
    });

    const faults: readonly Fault[] = [
      { name: "path", status: 404, spoil: (draft) => (draft.path = "/beta/me/nothing") },
      { name: "method", status: 405, spoil: (draft) => (draft.method = "PUT") },
      { name: "token", status: 401, spoil: (draft) => (draft.token = `${draft.token}x`) },
      {
        name: "block list",
        status: 403,
        spoil: (draft) => (draft.token = draft.token.replace(appToken, blockedToken)),
      },
      { name: "If-Range", status: 400, spoil: ({ headers }) => (headers["if-range"] = "x") },
      { name: "Idempotency-Key", status: 400, spoil: ({ headers }) => (headers["idempotency-key"] = "two words") },
      { name: "content type", status: 415, spoil: ({ headers }) => (headers["content-type"] = "text/plain") },
      { name: "content encoding", status: 415, spoil: ({ headers }) => (headers["content-encoding"] = "br") },
      { name: "size", status: 413, spoil: (_draft, body) => (body.isLarge = true) },
      { name: "JSON", status: 400, spoil: (_draft, body) => (body.isBroken = true) },
      { name: "array", status: 400, spoil: (_draft, body) => (body.isArray = true) },
      { name: "data type", status: 401, spoil: (_draft, { change }) => (change["@odata.type"] = "x") },
      { name: "contract", status: 400, spoil: (_draft, { change }) => (change.priority = "Urgent") },
      { name: "authorisation", status: 403, spoil: (draft) => (draft.unsid = crypto.randomUUID()) },
    ];

    const answerTo = (spoilt: readonly Fault[]): Promise<Answer> => {
      const draft: Draft = { method: "POST", path: "/beta/me/notifications/", token: appToken, unsid, headers: {} };
      const body: Body = { change: {} };
      for (const { spoil } of spoilt) spoil(draft, body);
      const whole = notification(body.change);
      const text = JSON.stringify(body.isArray ? [whole] : whole) + (body.isBroken ? "{" : "");
      const { method, path, ...sent } = draft;
      return caller.ask(method, path, { ...sent, body: body.isLarge ? text.padEnd(70_000) : text });
    };
    const told = ({ status, json }: Answer): string => `${status} ${String(json?.error?.message)}`;

    const pairs = faults.flatMap((first, index) => faults.slice(index + 1).map((second) => ({ first, second })));
    test.each(faults)("$name alone is a $status", async (fault) => {
      const answer = await answerTo([fault]);
      expectFault(answer, fault.status);
    });
    test.each(faults)("$name before all that come after it", async (first) => {
      const alone = told(await answerTo([first]));
      const later = pairs.filter((pair) => pair.first === first).map(({ second }) => second);
      const answers = await Promise.all(later.map((second) => answerTo([first, second])));
      expect(answers.map((answer, index) => `${later[index]!.name}: ${told(answer)}`)).toEqual(
        later.map(({ name }) => `${name}: ${alone}`),
      );
    });

    test("each row's message is one stable sentence", async () => {
      const messagesOf = (): Promise<string[]> =>
        Promise.all(faults.map(async (fault) => String((await answerTo([fault])).json?.error?.message)));
      const [messages, again] = [await messagesOf(), await messagesOf()];
      expect(again).toEqual(messages);
      for (const message of messages) expect(message).toMatch(/^[A-Z].*[.]$/s);
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
