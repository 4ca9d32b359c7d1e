import type { RequestListener } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { isTagOf } from "../../../infra/local/wns/registration.ts";
import type { Attempt, ChannelSender } from "../../../shared/channels/channel.ts";
import type { Credentials } from "../../../shared/channels/credentials.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import type { WnsCredential } from "../../../shared/channels/wns/credential.ts";
import { wnsSender } from "../../../shared/channels/wns/wns.http.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalWns, uriOf, type LocalWns } from "../wns-service/local-wns.ts";

let service: LocalWns;
let device: NewDevice;
let sender: ChannelSender;
const running: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  service = await startLocalWns();
});
afterAll(() => service.stop());
beforeEach(async () => {
  device = await service.control.createDevice();
  sender = senderUnderTest();
});
afterEach(async () => {
  await service.control.clearFaults();
  await service.control.clearReceived();
  await Promise.all(running.splice(0).map((stop) => stop()));
});

const credentialsOf = (credential: WnsCredential): Credentials<WnsCredential> => ({
  count: 1,
  of: (name) => (name === "default" ? { credential } : { fault: `set WNS_CREDENTIAL_${name.toUpperCase()}` }),
});
const entra = (changes: Partial<Extract<WnsCredential, { kind: "entra" }>> = {}): WnsCredential => {
  const { tenantId, clientId, clientSecret } = service.account;
  return { kind: "entra", tenantId, clientId, clientSecret, ...changes };
};

type SenderOptions = Parameters<typeof wnsSender>[0];
const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const made = wnsSender({
    credentials: credentialsOf(entra()),
    clock: { now: () => service.clock.now },
    tokenUrl: `${service.url}/oauth2/v2.0/token`,
    extra: { hosts: [new URL(service.url).host], ca: service.ca },
    ...more,
  });
  running.push(() => made.close());
  return made;
};

const notificationOf = (more: Partial<NotificationDraft> = {}): Notification => notificationAt(service.clock.now, more);
const subscriptionOf = (uri: string): Subscription =>
  subscriptionAt(service.clock.now, { platformType: "Windows", channel: { kind: "wns", uri } });
const attemptOf = (more: Partial<Attempt> = {}): Attempt => ({
  kind: "content",
  notification: notificationOf(),
  subscription: subscriptionOf(uriOf(device)),
  credential: "default",
  isRepeat: false,
  ...more,
});
const send = (more: Partial<Attempt> = {}, by = sender): Promise<Outcome> => by.send(attemptOf(more));

const visual = { payload: { visualContent: { title: "Tom & Jerry <3", body: "é€😀" } } };
const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };
const statuses = async (): Promise<unknown[]> => (await service.control.received()).map(({ status }) => status);
const screen = async () =>
  (await service.control.devices()).find(({ deviceId }) => deviceId === device.deviceId)!.screen;

/** A server of the test's own in the place of Microsoft's. */
const startTls = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const extra = { hosts: [new URL(service.url).host, server.host], ca: service.ca + server.ca };
  return { ...server, url: `https://${server.host}`, extra };
};
/** In the place of the token endpoint; `requests` are the forms it was sent. */
const startTokenEndpoint = async (answer: RequestListener) => {
  const requests: URLSearchParams[] = [];
  const server = await startTls((request, response) => {
    let form = "";
    request
      .on("data", (chunk) => (form += String(chunk)))
      .on("end", () => {
        requests.push(new URLSearchParams(form));
        answer(request, response);
      });
  });
  return { ...server, requests, sender: senderUnderTest({ tokenUrl: `${server.url}/token`, extra: server.extra }) };
};
const json =
  (status: number, body: unknown, headers = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

test("a toast is taken, stands on the screen as it was written, and a newer one takes its place", async () => {
  expect(await send({ notification: notificationOf(visual) })).toEqual({ kind: "delivered" });
  expect(await screen()).toMatchObject([{ content: "Tom & Jerry <3: é€😀" }]);
  const [received] = await service.control.received();
  expect(received!.headers).toMatchObject({
    "content-type": "text/xml",
    "content-length": String(Buffer.byteLength(received!.content!)),
    "x-wns-type": "wns/toast",
    "x-wns-ttl": "3600",
    "x-wns-priority": "1",
  });
  expect(received!.headers).not.toHaveProperty("transfer-encoding");
  const newer = { payload: { visualContent: { title: "Newer" } } };
  expect(await send({ notification: notificationOf(newer) })).toEqual({ kind: "delivered" });
  expect(await screen()).toMatchObject([{ content: "Newer" }]);
});

test("every extra of visual content makes a toast that Windows can show", async () => {
  const extras = { imageUrl: "https://contoso.com/a.png?b=1&c=2", actionUrl: "contoso:order?id=7&x='1'", badge: 3 };
  for (const sound of ["default", "none", "Notification.IM", "chime.mp3"]) {
    const visualContent = { title: "Hello", ...extras, sound };
    expect(await send({ notification: notificationOf({ payload: { visualContent } }) })).toEqual({ kind: "delivered" });
  }
});

test("a toast that opens something has a tag by which an app finds it again", async () => {
  const visualContent = { title: "Hello", actionUrl: "contoso:order" };
  for (const groupName of [null, "orders"]) {
    const notification = notificationOf({ payload: { visualContent }, groupName });
    await send({ notification });
    const { topic } = (await screen()).at(-1)!;
    expect(isTagOf(topic!, notification)).toBe(true);
    expect(isTagOf(topic!, { ...notification, appNotificationId: "another" })).toBe(false);
  }
});

test("raw content arrives as the original's envelope, a change as its tap", async () => {
  expect(await send()).toEqual({ kind: "delivered" });
  expect(await send({ kind: "tap" })).toEqual({ kind: "delivered" });
  const [content, change] = (await service.control.received()).map((one) => JSON.parse(one.content!) as unknown);
  expect(content).toMatchObject({ changeType: "afsChange", notification: { payload: { rawContent: "hello" } } });
  expect(change).toEqual(tap);
});

test("what is sent is what was composed, to the byte", async () => {
  for (const notification of [notificationOf(visual), notificationOf()]) {
    const composed = sender.compose(attemptOf({ notification }))!;
    await service.control.clearReceived();
    await send({ notification });
    const [received] = await service.control.received();
    expect(received).toMatchObject({ content: composed.body, headers: composed.headers });
  }
});

test("an app of the Partner Center sends by its package SID", async () => {
  const { packageSid, clientSecret } = service.account;
  const legacy = senderUnderTest({ credentials: credentialsOf({ kind: "legacy", packageSid, clientSecret }) });
  expect(await send({}, legacy)).toEqual({ kind: "delivered" });
});

test.each([
  [404, {}, { kind: "gone" }],
  [410, {}, { kind: "gone" }],
  [406, { "retry-after": "7" }, { kind: "busy", origin: "throttled", reason: "406", retryAfterSeconds: 7 }],
  [503, {}, { kind: "busy", origin: "failing", reason: "503" }],
  [
    400,
    { "x-wns-error-description": "wrong: https://x.notify.windows.com/?token=secret" },
    { kind: "rejected", reason: "400 wrong: …" },
  ],
  [403, {}, { kind: "rejected", reason: "403", doubtsCredential: true }],
  [
    307,
    { location: "https://elsewhere.example/" },
    { kind: "misconfigured", reason: "307 from the place of WNS: is something between us and Microsoft?" },
  ],
  [200, { "x-wns-status": "channelthrottled" }, { kind: "busy", origin: "throttled", reason: "200 channelthrottled" }],
  [200, { "x-wns-status": "dropped" }, { kind: "rejected", reason: "200 dropped" }],
])("an answer of %i with %j comes out as %j after one request", async (status, headers, outcome) => {
  await service.control.addFault({ status, headers: headers, body: `no: ${uriOf(device)}` });
  expect(await send()).toEqual(outcome);
  expect(await statuses()).toEqual([status]);
});

test("a device that was removed is gone, and another app's channel is rejected and makes the credential suspect", async () => {
  await service.control.removeDevice(device.deviceId);
  expect(await send()).toEqual({ kind: "gone" });
  const strange = await service.control.createDevice({ packageName: "Contoso.Other" });
  expect(await send({ subscription: subscriptionOf(uriOf(strange)) })).toMatchObject({
    kind: "rejected",
    doubtsCredential: true,
  });
});

test.each([
  ["WNS finds it too large", { status: 413 }],
  [
    "WNS drops it because the PC is offline",
    { status: 200, headers: { "x-wns-status": "dropped", "x-wns-deviceconnectionstatus": "disconnected" } },
  ],
])("a toast goes as a tap where %s, once", async (_case, fault) => {
  await service.control.addFault({ ...fault, count: 1 });
  const notification = notificationOf(visual);
  expect(await send({ notification })).toEqual({ kind: "delivered" });
  expect(await statuses()).toEqual([fault.status, 200]);
  const last = (await service.control.received()).at(-1)!;
  expect([last.headers["x-wns-type"], JSON.parse(last.content!)]).toEqual(["wns/raw", tap]);

  await service.control.clearReceived();
  await service.control.addFault(fault);
  expect(await send({ notification })).toMatchObject({ kind: "rejected" });
  expect(await statuses()).toHaveLength(2);
  expect(await send({ kind: "tap" })).toMatchObject({ kind: "rejected" });
  expect(await statuses()).toHaveLength(3);
});

test("many sends at once ask for one token, and it serves until a little before its end", async () => {
  let issued = 0;
  const { sender: counting, requests } = await startTokenEndpoint((_request, response) => {
    response.writeHead(200).end(JSON.stringify({ access_token: `token-${++issued}`, expires_in: 100 }));
  });
  await Promise.all(Array.from({ length: 20 }, () => send({}, counting)));
  // Those that the local WNS refuses (it knows none of these tokens) ask for one more between them.
  expect(requests).toHaveLength(2);
  expect(Object.fromEntries(requests[0]!)).toEqual({
    grant_type: "client_credentials",
    client_id: service.account.clientId,
    client_secret: service.account.clientSecret,
    scope: "https://wns.windows.com/.default",
  });
});

test("a token that ended before its time is renewed once, and the push goes out", async () => {
  expect(await send()).toEqual({ kind: "delivered" });
  await service.control.addFault({ status: 401, count: 1 });
  expect(await send()).toEqual({ kind: "delivered" });
  const [first, refused, renewed] = (await service.control.received()).map(({ headers }) => headers.authorization);
  expect(refused).toBe(first);
  expect(renewed).not.toBe(first);
});

test("tokens that WNS goes on refusing are our misconfiguration, and are not asked for at every push", async () => {
  await service.control.addFault({ status: 401 });
  const sentence = {
    kind: "misconfigured",
    reason:
      "WNS_CREDENTIAL_DEFAULT: WNS refuses its tokens (401): has Microsoft linked the app registration to the Windows app?",
  };
  expect(await send()).toEqual(sentence);
  expect(await statuses()).toEqual([401, 401]);
  expect(await send()).toEqual(sentence); // with the second token, which is still the newest
  const tokens = (await service.control.received()).map(({ headers }) => headers.authorization);
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(2);
  await service.control.clearFaults();
  expect(await send()).toEqual({ kind: "delivered" });
});

test("an ended token costs no refused push: it is renewed before", async () => {
  await send();
  service.clock.now += 545_000; // of 600 s; the last tenth is for renewing
  await send();
  expect(await statuses()).toEqual([200, 200]);
  const [first, second] = (await service.control.received()).map(({ headers }) => headers.authorization);
  expect(second).not.toBe(first);
});

test("a wrong secret is our misconfiguration, told in a sentence without it, and nothing is sent", async () => {
  const wrong = senderUnderTest({ credentials: credentialsOf(entra({ clientSecret: "not-the-secret" })) });
  expect(await send({}, wrong)).toEqual({
    kind: "misconfigured",
    origin: "elsewhere",
    reason:
      "WNS_CREDENTIAL_DEFAULT: Microsoft gives no token for it (401 invalid_client AADSTS7000215): its clientSecret is not one of the app registration's: take the secret's value, not its id",
  });
  const stranger = senderUnderTest({ credentials: credentialsOf(entra({ clientId: crypto.randomUUID() })) });
  expect(await send({}, stranger)).toMatchObject({ reason: expect.stringContaining("AADSTS700016): is its clientId") });
  expect(await statuses()).toEqual([]);
});

test("a credential that is not set is told, and nobody is asked", async () => {
  expect(await send({ credential: "other" })).toEqual({
    kind: "misconfigured",
    origin: "elsewhere",
    reason: "set WNS_CREDENTIAL_OTHER",
  });
  expect(await statuses()).toEqual([]);
});

test("a token endpoint that fails makes all wait, and is left alone for a growing while", async () => {
  const failing = await startTokenEndpoint(json(503, {}, { "retry-after": "0" }));
  const outcome = { kind: "busy", origin: "elsewhere", reason: "503 from the token endpoint" };
  expect(await Promise.all([send({}, failing.sender), send({}, failing.sender)])).toMatchObject([outcome, outcome]);
  await send({}, failing.sender);
  expect(failing.requests).toHaveLength(1);
  service.clock.now += 1_000;
  await send({}, failing.sender);
  service.clock.now += 1_999;
  await send({}, failing.sender);
  expect(failing.requests).toHaveLength(2);
  service.clock.now += 1;
  await send({}, failing.sender);
  expect(failing.requests).toHaveLength(3);
});

test("a token endpoint or a WNS that hangs is busy when the time limit is over", async () => {
  const silent = { kind: "busy", origin: "silent", reason: "TimeoutError" };
  const noToken = { kind: "busy", origin: "elsewhere", reason: "the token endpoint: TimeoutError" };
  const hanging = await startTokenEndpoint(() => undefined);
  const impatient = senderUnderTest({ tokenUrl: `${hanging.url}/token`, extra: hanging.extra, timeLimitMs: 200 });
  const patient = senderUnderTest({ timeLimitMs: 600 });
  await send({}, patient); // it has its token
  await service.control.addFault({ hang: true });
  const startedAt = performance.now();
  expect(await Promise.all([send({}, impatient), send({}, patient)])).toEqual([noToken, silent]);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test("a connection that breaks is busy, and the next push gets through", async () => {
  await send();
  await service.control.addFault({ reset: true, count: 1 });
  expect(await send()).toMatchObject({ kind: "busy", origin: "silent" });
  expect(await send()).toEqual({ kind: "delivered" });
});

test("a token endpoint that cannot be reached names no address", async () => {
  const unreachable = senderUnderTest({ tokenUrl: "https://10.0.0.1/token" });
  expect(await send({}, unreachable)).toEqual({
    kind: "busy",
    origin: "elsewhere",
    reason: "the token endpoint: ADDRESS_NOT_PERMITTED",
  });
});

const notWns = [
  "https://evil.example/?token=a",
  "https://notify.windows.com.evil.example/?token=a",
  "https://evilnotify.windows.com/?token=a",
  "http://db5p.notify.windows.com/?token=a",
  "https://user@db5p.notify.windows.com/?token=a",
  "https://db5p.notify.windows.com:444/?token=a",
  "https://127.0.0.1/?token=a",
];

test("a channel that is not at WNS is told nothing: no token is even asked for", async () => {
  const watched = await startTokenEndpoint(json(200, { access_token: "a" }));
  for (const uri of notWns) {
    const outcome = await send({ subscription: subscriptionOf(uri) }, watched.sender);
    expect([uri, outcome]).toEqual([uri, { kind: "rejected", reason: "the channel is not at WNS" }]);
  }
  expect(watched.requests).toEqual([]);
});

test("a host that answers inside, in the name of WNS, is told nothing", async () => {
  const inside = await startTls((_request, response) => response.writeHead(200).end());
  const uri = `https://localhost:${inside.port}/?token=a`;
  expect(await send({ subscription: subscriptionOf(uri) })).toMatchObject({ kind: "rejected" });
  expect(inside.visits()).toBe(0);
});

test("a subscription without a channel is gone, one of another kind and a fallback are rejected", async () => {
  const subscription = { ...subscriptionOf(uriOf(device)), channel: null };
  expect(await send({ subscription })).toEqual({ kind: "gone" });
  expect(sender.compose(attemptOf({ subscription }))).toBeUndefined();
  const apns = { kind: "apns", token: "00", bundleId: "com.contoso.app", environment: "production" } as const;
  expect(await send({ subscription: { ...subscription, channel: apns } })).toMatchObject({ kind: "rejected" });
  expect(await send({ kind: "fallback" })).toMatchObject({ kind: "rejected" });
  expect(await statuses()).toEqual([]);
});

test("more pushes at once than connections all get through", async () => {
  const narrow = senderUnderTest({ connectionsPerOrigin: 4 });
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => send({}, narrow)));
  expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
});

test("the route is the channel's host in the credential's name", () => {
  expect(sender.routeOf(attemptOf())).toEqual({ origin: service.url, credential: "wns:default" });
});
