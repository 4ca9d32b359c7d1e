import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { publicUrl, startBackends, type Backends } from "../../support/backends.ts";
import { notification, post, postPath, sampleHost, subscribe, unsidOf } from "./api-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let authorization: string;
let unsid: string;
const user = "graphnotify@contoso.com";

beforeAll(async () => {
  backends = await startBackends();
  app = await loadApp(backends.settings());
  authorization = await backends.authorization(backends.apps.sample);
  unsid = await unsidOf(app, backends, user);
});
afterAll(async () => {
  await app.close();
  await backends.stop();
});

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const accepted = (body: unknown, headers: Record<string, string> = {}) =>
  post(app, body, { unsid, headers: { authorization, ...headers } });

test("the answer to a new notification is the original's, member by member, and its message is on the queue", async () => {
  const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, ".250Z");
  const answer = await accepted(
    notification({
      payload: { visualContent: { title: "Hello World!", body: "Notifications are Great!" }, rawContent: "secret raw" },
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
  const [message] = await backends.bus.take(1);
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
  const exposedTo = async (origin: string) =>
    (await open.ask("GET", "/health/live", { headers: { origin } })).headers.get("access-control-expose-headers");
  expect(await exposedTo("https://app.contoso.com")).toBe("Location, ETag, Retry-After, request-id, client-request-id");
  expect(await exposedTo("https://evil.example")).toBeNull();
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
