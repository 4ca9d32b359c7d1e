import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionString } from "../../../infra/local/service-bus/connection-string.ts";
import { feedKeyOf } from "../../../shared/feed-key.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import { Problem } from "../../../shared/problem.ts";
import { anyBodies, goodBodies } from "../../rules/notification/bodies.ts";
import { closedPort } from "../../support/closed-port.ts";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { publicUrl, type Backends } from "../../support/backends.ts";
import { notification, post, postPath, sampleHost, subscribe, unsidOf } from "./api-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let authorization: string;
let unsid: string;
const user = "graphnotify@contoso.com";

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const accepted = (body: unknown, headers: Record<string, string> = {}) =>
  post(app, body, { unsid, headers: { authorization, ...headers } });

/** What a caller is answered whose notification is taken. */
export const acceptCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
    authorization = await backends.authorization(backends.apps.sample);
    unsid = await unsidOf(app, backends, user);
  });
  afterAll(async () => {
    await app.close();
  });

  test("the answer to a new notification is the original's, member by member, and its message is on the queue", async () => {
    const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
    const answer = await accepted(
      notification({
        payload: {
          visualContent: { title: "Hello World!", body: "Notifications are Great!" },
          rawContent: "secret raw",
        },
        expirationDateTime,
        displayTimeToLive: "60",
        groupName: "TestGroup",
        priority: "high",
        targetPolicy: { platformTypes: ["windows", "ios", "android"] },
      }),
      { "client-request-id": "my-own-id" },
    );
    expect(answer.status).toBe(201);
    const { id, displayTimeToLive } = answer.json;
    expect(id).toMatch(guid);
    expect([59, 60]).toContain(displayTimeToLive);
    expect(answer.text).toBe(
      `{"@odata.context":"${publicUrl}/beta/$metadata#users('graphnotify%40contoso.com')/notifications/$entity"` +
        `,"displayTimeToLive":${displayTimeToLive},"expirationDateTime":"${expirationDateTime.replace("250Z", "25Z")}"` +
        `,"groupName":"TestGroup","id":"${id}","priority":"High"` +
        `,"payload":{"visualContent":{"title":"Hello World!","body":"Notifications are Great!"}}}`,
    );
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "application/json;odata.metadata=minimal;charset=utf-8",
      location: `${publicUrl}/beta/me/activities/${id}`,
      "odata-version": "4.0",
      "request-id": expect.stringMatching(guid) as string,
      "client-request-id": "my-own-id",
      "strict-transport-security": expect.stringMatching(/^max-age=\d+$/) as string,
      "cache-control": "private",
    });
    const message = (await backends.bus.take(100, 400)).find(({ messageId }) =>
      String(messageId).startsWith(String(id)),
    );
    expect(message?.messageId).toBe(`${id}:1:content:0`);
    expect(JSON.stringify(message?.body)).not.toContain("secret raw");
  });

  test("raw content is not echoed, an absent group is null, and the priority's default depends on the content", async () => {
    const { json } = await accepted(notification());
    expect(json).toMatchObject({ groupName: null, priority: "None", payload: {} });
    const visual = await accepted(notification({ payload: { visualContent: { title: "t" } } }));
    expect(visual.json).toMatchObject({ priority: "High", payload: { visualContent: { title: "t" } } });
  });

  test("the same appNotificationId again is a 200 with the same id, or a 201 where the setting says so", async () => {
    const body = notification();
    const first = await accepted(body);
    const second = await accepted({ ...body, groupName: "other" });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json).toMatchObject({ id: first.json.id, groupName: "other" });
    const always = await loadApp(backends.settings({ ALWAYS_201: "true" }));
    const third = await post(always, body, { unsid, headers: { authorization } });
    expect([third.status, third.json.id]).toEqual([201, first.json.id]);
    await always.close();
  });

  test.each([
    ["/beta/me/notifications", "/beta"],
    ["/v1.0/me/notifications/", "/v1.0"],
    ["/BETA/Me/Notifications", "/beta"],
  ])("%s serves the same, with links under %s", async (path, prefix) => {
    const headers = { authorization, "x-uns-id": unsid, "content-type": "application/json; charset=utf-8" };
    const answer = await app.ask("POST", path, { headers, body: notification() });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("location")).toBe(`${publicUrl}${prefix}/me/activities/${answer.json.id}`);
    expect(answer.json["@odata.context"]).toContain(`${publicUrl}${prefix}/$metadata#users(`);
  });

  test("a user's token needs no UNSID, takes the user's own, and the notification is the token's user's", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "o'neil@contoso.com");
    const alone = await post(app, notification(), { headers: { authorization: asUser } });
    expect(alone.status).toBe(201);
    expect(alone.json["@odata.context"]).toContain("#users('o%27neil%40contoso.com')/");
    const own = await unsidOf(app, backends, "o'neil@contoso.com");
    expect((await post(app, notification(), { unsid: own, headers: { authorization: asUser } })).status).toBe(201);
  });

  test("two users of one app have a feed each: the same appNotificationId is new in both", async () => {
    const body = notification();
    const other = await unsidOf(app, backends, "somebody.else@contoso.com");
    const first = await accepted(body);
    const second = await post(app, body, { unsid: other, headers: { authorization } });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.json.id).not.toBe(first.json.id);
  });

  describe("Idempotency-Key", () => {
    const once = (key: string, body: unknown, by = app): Promise<Answered> =>
      post(by, body, { unsid, headers: { authorization, "idempotency-key": key } });
    /** What a repeat must have in common with the first: all but the ids of the request. */
    const told = ({ status, text, headers }: Answered) => [status, text, headers.get("location")];
    const sentOf = async (id: string): Promise<unknown[]> =>
      (await backends.bus.take(100, 400))
        .map(({ messageId }) => messageId)
        .filter((name) => String(name).startsWith(id));

    test("a repeat is answered as the first was, new or replaced, to the byte, and nothing more is stored or rings", async () => {
      const body = notification({ displayTimeToLive: 60, payload: { visualContent: { title: "t" }, rawContent: "r" } });
      const first = await once("first", body);
      const replacing = await once("second", body);
      expect([first.status, replacing.status, replacing.json.id]).toEqual([201, 200, first.json.id]);
      for (let repeat = 1; repeat <= 2; repeat += 1) {
        expect(told(await once("first", body))).toEqual(told(first));
        expect(told(await once("second", body))).toEqual(told(replacing));
      }
      const sent = await sentOf(first.json.id as string); // the broker drops a message that it has seen
      expect([sent.length, new Set(sent).size]).toEqual([2, 2]);
    });

    test("twins at the same moment are one notification, one message and one answer", async () => {
      const body = notification();
      const answers = await Promise.all(Array.from({ length: 5 }, () => once("twins", body)));
      expect(new Set(answers.map((answer) => JSON.stringify(told(answer)))).size).toBe(1);
      expect(answers[0]?.status).toBe(201);
      expect(await sentOf(answers[0]?.json.id as string)).toHaveLength(1);
    });

    test("the same key with another body is a conflict and changes nothing; another caller or user may use it", async () => {
      const body = notification();
      const first = await once("taken", body);
      const other = await once("taken", { ...body, groupName: "other" });
      expect([other.status, other.json.error.code]).toEqual([409, "Conflict"]);
      expect(told(await once("taken", body))).toEqual(told(first));
      const asUser = await backends.authorization(backends.apps.sample, "another.user@contoso.com");
      const elsewhere = await post(
        app,
        { ...body, groupName: "other" },
        {
          headers: { authorization: asUser, "idempotency-key": "taken" },
        },
      );
      expect(elsewhere.status).toBe(201);
    });

    test("a repeat completes what a bus that was away left undone: the same notification, now sent, and the first answer", async () => {
      const body = notification();
      const closed = connectionString(await closedPort(), backends.secrets.serviceBusKey);
      const cutOff = await loadApp(backends.settings({ ServiceBusConnection: closed }));
      expect((await once("cut off", body, cutOff)).status).toBe(400); // a space is no visible character
      expect((await once("cut-off", body, cutOff)).status).toBe(406);
      await cutOff.close();
      const completed = await once("cut-off", body);
      expect(completed.status).toBe(201);
      expect(await sentOf(completed.json.id as string)).toHaveLength(1);
      expect(told(await once("cut-off", body))).toEqual(told(completed));
    });
  });

  const bytes = Buffer.from(JSON.stringify(notification({ payload: { rawContent: "ž🦓" } })));
  test.each<[string, Buffer]>([
    ["gzip", gzipSync(bytes)],
    ["GZIP", gzipSync(bytes)],
    ["deflate", deflateSync(bytes)],
    ["Deflate", deflateRawSync(bytes)],
    ["identity", bytes],
  ])("a body encoded as %s is decoded", async (encoding, body) => {
    expect((await accepted(body, { "content-encoding": encoding })).status).toBeLessThan(202);
  });

  /** A body of exactly so many bytes. */
  const sized = (size: number): Buffer => {
    const empty = JSON.stringify(notification({ payload: { rawContent: "" } })).length;
    return Buffer.from(JSON.stringify(notification({ payload: { rawContent: "x".repeat(size - empty) } })));
  };
  test("a body of 64 KiB is taken, plain or packed; one byte more is too large", async () => {
    expect((await accepted(sized(65_536))).status).toBe(201);
    expect((await accepted(gzipSync(sized(65_536)), { "content-encoding": "gzip" })).status).toBe(201);
    expect((await accepted(sized(65_537))).status).toBe(413);
    expect((await accepted(gzipSync(sized(65_537)), { "content-encoding": "gzip" })).status).toBe(413);
    expect((await accepted(gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" })).status).toBe(413);
  });

  test("the caller's own request id is echoed when it is short and visible, else ours is given twice", async () => {
    const ids = async (given: string) => {
      const { headers } = await app.ask("GET", "/health/live", { headers: { "client-request-id": given } });
      return [headers.get("request-id"), headers.get("client-request-id")];
    };
    expect((await ids("x".repeat(128)))[1]).toBe("x".repeat(128));
    for (const bad of ["x".repeat(129), "two words", ""]) {
      const [ours, theirs] = await ids(bad);
      expect(theirs).toBe(ours);
    }
  });

  test("a page of an allowed origin may read our headers, another may not", async () => {
    const open = await loadApp(backends.settings({ CORS_ALLOWED_ORIGINS: "https://app.contoso.com" }));
    const exposedTo = async (origin: string, path = "/health/live") =>
      (await open.ask("GET", path, { headers: { origin } })).headers.get("access-control-expose-headers");
    const exposed = "Location, ETag, Retry-After, request-id, client-request-id";
    // Of faults too.
    for (const path of ["/health/live", "/nowhere", "/beta/me/notifications", "/beta/me/notifications/delta/"]) {
      expect(await exposedTo("https://app.contoso.com", path)).toBe(exposed);
      expect(await exposedTo("https://evil.example", path)).toBeNull();
    }
    await open.close();
  });

  test("subscribing answers with a UNSID, again with the same one, and says nothing of the channel", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "new.user@contoso.com");
    const first = await subscribe(app, asUser, { deviceId: "laptop" });
    expect(first.status).toBe(201);
    expect(Object.keys(first.json as object)).toEqual([
      "id",
      "userNotificationSubscriptionId",
      "expirationDateTime",
      "targetHostName",
      "platformType",
      "deviceId",
      "displayName",
      "notificationType",
    ]);
    expect(first.json).toMatchObject({ targetHostName: sampleHost, platformType: "WebPush", deviceId: "laptop" });
    expect(first.headers.get("location")).toBe(`${publicUrl}/beta/me/notifications/subscriptions/${first.json.id}`);
    const second = await subscribe(app, asUser, { deviceId: "laptop" });
    expect(second.status).toBe(200);
    expect(second.json.userNotificationSubscriptionId).toBe(first.json.userNotificationSubscriptionId);
    expect(second.headers.get("location")).not.toContain(first.json.userNotificationSubscriptionId);
  });

  test("the service's own push key is told without a token", async () => {
    const { status, json } = await app.ask("GET", "/v1.0/me/notifications/vapidPublicKey");
    expect([status, json]).toEqual([200, { publicKey: backends.secrets.vapid.publicKey }]);
  });

  test("a request whose Host header lies gets links to the public URL all the same", async () => {
    const headers = { authorization, "x-uns-id": unsid, "content-type": "application/json", host: "evil.example" };
    const answer = await app.ask("POST", postPath, { headers, body: notification() });
    expect(`${answer.text} ${answer.headers.get("location") ?? ""}`).not.toMatch(/evil|other\.host/);
  });

  test("any JSON whatever is answered as its parser judges it, in the form of its status, and is stored whole or not at all", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "any.body@contoso.com");
    const claims = JSON.parse(Buffer.from(asUser.split(".")[1] ?? "", "base64url").toString()) as Record<
      string,
      string
    >;
    const feed = feedKeyOf({ tenantId: claims.tid ?? "", objectId: claims.oid ?? "" }, sampleHost);
    const rows = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { rowKey, etag } of backends.tables.tables.feeds.range(feed, " ", "~"))
        found.push(rowKey + etag);
      return found;
    };
    const judged = (body: unknown) => {
      try {
        const draft = parseNotification(body, Date.now());
        return draft.targetHostName === sampleHost ? draft : 403;
      } catch (error) {
        if (error instanceof Problem) return error.kind === "invalid-data-type" ? 401 : 400;
        throw error;
      }
    };
    const tookMs: number[] = [];
    let stored = 0;
    const bodies = fc.oneof(anyBodies(Date.now()), goodBodies(Date.now()));
    await fc.assert(
      fc.asyncProperty(bodies, async (body) => {
        const text = JSON.stringify([body]).slice(1, -1);
        const before = await rows();
        const startedAt = performance.now();
        const answer = await post(app, text, { headers: { authorization: asUser } });
        tookMs.push(performance.now() - startedAt);
        const expected = judged(JSON.parse(text));
        if (typeof expected === "number") {
          const { code, message, innerError } = answer.json.error;
          expect([answer.status, typeof code, typeof message, typeof innerError.date]).toEqual([
            expected,
            ...["string", "string", "string"],
          ]);
          expect(await rows()).toEqual(before);
          return;
        }
        stored += 1;
        expect([200, 201]).toContain(answer.status);
        expect(Object.keys(answer.json as object)).toHaveLength(7);
        const path = `/beta/me/notifications/${answer.json.id}`;
        const kept = await app.ask("GET", path, { headers: { authorization: asUser } });
        expect(kept.status).toBe(200);
        const { displayUntil: _, fallback: __, expiresAt, ...rest } = parseNotification(kept.json, Date.now());
        expect(expected).toMatchObject(rest);
        expect(Math.abs(expiresAt - expected.expiresAt)).toBeLessThan(2_000);
      }),
      { numRuns: 60 },
    );
    expect(stored).toBeGreaterThan(10);
    const median = tookMs.sort((a, b) => a - b)[tookMs.length >> 1];
    expect(median).toBeLessThan(100);
  });
};
