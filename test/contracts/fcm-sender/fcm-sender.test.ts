import type { RequestListener } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { credentialSettingsOf, newVendorAccounts } from "../../../infra/local/vendor-accounts.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { credentialsIn } from "../../../shared/channels/credentials.ts";
import { fcmCredentialAt } from "../../../shared/channels/fcm/credential.ts";
import { fcmSender } from "../../../shared/channels/fcm/fcm.http.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { milliseconds } from "../../../shared/clock.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { until } from "../../support/until.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalService, tokenOf, type LocalService } from "../fcm-service/local-service.ts";

let service: LocalService;
let phone: NewDevice;
let sender: ChannelSender;
const running: (() => Promise<unknown>)[] = [];
const content = { kind: "content", credential: "default", isRepeat: false } as const;

beforeAll(async () => {
  service = await startLocalService();
  sender = senderUnderTest();
  running.length = 0; // it serves all tests
});
afterAll(async () => {
  await sender.close();
  await service.stop();
});
beforeEach(async () => {
  phone = await service.control.createDevice();
});
afterEach(async () => {
  await service.control.clearFaults();
  await service.control.clearReceived();
  await Promise.all(running.splice(0).map((stop) => stop()));
});

type SenderOptions = Parameters<typeof fcmSender>[0];
type Account = LocalService["account"];

const settingsOf = (account: Account): Record<string, string> => ({
  FCM_CREDENTIAL_DEFAULT: credentialSettingsOf({ ...newAccounts, fcm: account }, `${service.url}/token`)
    .FCM_CREDENTIAL_DEFAULT,
});
const newAccounts = newVendorAccounts();
const credentialsOf = (env: Record<string, string>, tokenUrl = `${service.url}/token`) =>
  credentialsIn(env, "FCM_CREDENTIAL_", fcmCredentialAt(tokenUrl));

const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const made = fcmSender({
    credentials: credentialsOf(settingsOf(service.account)),
    clock: { now: () => service.clock.now },
    url: service.url,
    extra: { hosts: [new URL(service.url).host], ca: service.ca },
    ...more,
  });
  running.push(() => made.close());
  return made;
};

const notificationOf = (more: Partial<NotificationDraft> = {}): Notification => notificationAt(service.clock.now, more);
const subscriptionOf = (token = tokenOf(phone), packageName = "com.contoso.app"): Subscription =>
  subscriptionAt(service.clock.now, { platformType: "Android", channel: { kind: "fcm", token, packageName } });
const send = (more: Partial<NotificationDraft> = {}, by = sender, subscription = subscriptionOf()): Promise<Outcome> =>
  by.send({ ...content, notification: notificationOf(more), subscription });

type Received = Awaited<ReturnType<LocalService["control"]["received"]>>[number];
const messageIn = ({ content: text }: Received) =>
  (JSON.parse(text ?? "null") as { message: { data: Record<string, string>; android: Record<string, unknown> } })
    .message;
const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };

/** A service of the test's own, in the place of Google's. */
const inPlaceOfGoogle = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const extra = { hosts: [new URL(service.url).host, server.host], ca: service.ca + server.ca };
  return { url: `https://${server.host}`, extra, visits: server.visits, connections: server.connections };
};

test("content reaches the phone as it was, as text within the data", async () => {
  const rawContent = 'ž "quoted" 🦓\n{}';
  expect(await send({ payload: { rawContent }, priority: "High" })).toEqual({ kind: "delivered" });
  const [received] = await service.control.received();
  const { data, android } = messageIn(received!);
  expect(data).toMatchObject({ ...tap, changeType: "afsChange" });
  expect(JSON.parse(data.notification ?? "")).toMatchObject({ payload: { rawContent } });
  expect(android).toMatchObject({ priority: "HIGH", ttl: "3600s", restricted_package_name: "com.contoso.app" });
});

test("visual content is drawn, and a newer one of the same notification takes its place", async () => {
  for (const title of ["first", "second"]) {
    expect(await send({ payload: { visualContent: { title, body: "now" } } })).toEqual({ kind: "delivered" });
  }
  const [{ screen } = { screen: [] }] = (await service.control.devices()).filter(
    ({ deviceId }) => deviceId === phone.deviceId,
  );
  expect(screen.map((toast) => toast.content)).toEqual(["second: now"]);
  expect(screen[0]).toMatchObject({
    topic: expect.stringMatching(/^[\w-]{32}$/),
    id: expect.stringMatching(/^[\da-f-]{36}$/),
  });
});

test("a change of state is a tap", async () => {
  const attempt = { ...content, kind: "tap", notification: notificationOf(), subscription: subscriptionOf() } as const;
  expect(await sender.send(attempt)).toEqual({ kind: "delivered" });
  const [received] = await service.control.received();
  expect(messageIn(received!)).toMatchObject({ data: tap, android: { priority: "NORMAL" } });
});

test("content up to our own limit is taken whole, beyond it goes as a tap at once", async () => {
  const roomFor = (payload: (text: string) => NotificationDraft["payload"]): number => {
    const notification = notificationOf({ payload: payload("x") });
    const composed = sender.compose({ ...content, notification, subscription: subscriptionOf() });
    return composed ? composed.bytesMax - composed.bytes + 1 : 0;
  };
  for (const payload of [
    (text: string) => ({ rawContent: text }),
    (text: string) => ({ visualContent: { title: "Hello", body: text } }),
  ]) {
    await service.control.clearReceived();
    const room = roomFor(payload);
    expect(await send({ payload: payload("x".repeat(room)) })).toEqual({ kind: "delivered" });
    expect(await send({ payload: payload("x".repeat(room + 1)) })).toEqual({ kind: "delivered" });
    const received = await service.control.received();
    expect(received.map(({ status }) => status)).toEqual([200, 200]);
    expect(received[0]?.content).toContain("x".repeat(room));
    expect(messageIn(received[1]!).data).toEqual(tap);
  }
});

test("content that FCM finds too large goes out as a tap; a tap that is too large as well is rejected", async () => {
  const body = { error: { code: 400, message: "Android message is too big", status: "INVALID_ARGUMENT" } };
  await service.control.addFault({ status: 400, body, count: 1 });
  expect(await send()).toEqual({ kind: "delivered" });
  const received = await service.control.received();
  expect(received.map(({ status }) => status)).toEqual([400, 200]);
  expect(messageIn(received[1]!).data).toEqual(tap);
  await service.control.addFault({ status: 400, body });
  const rejected = { kind: "rejected", reason: "400 INVALID_ARGUMENT" };
  expect(await send()).toEqual(rejected);
  expect(await service.control.received()).toHaveLength(4);
  const change = { ...content, kind: "tap", notification: notificationOf(), subscription: subscriptionOf() } as const;
  expect(await sender.send(change)).toEqual(rejected);
  expect(await service.control.received()).toHaveLength(5);
});

test("a removed app is gone, and so is a token that was none", async () => {
  await service.control.removeDevice(phone.deviceId);
  expect(await send()).toEqual({ kind: "gone" });
  expect(await send({}, sender, subscriptionOf("none"))).toEqual({ kind: "gone" });
});

test("a token that another app's subscription names brings nothing", async () => {
  expect(await send({}, sender, subscriptionOf(tokenOf(phone), "com.other.app"))).toEqual({
    kind: "rejected",
    reason: "400 INVALID_ARGUMENT message.android.restricted_package_name",
  });
});

test.each([
  [429, { "retry-after": "90" }, { kind: "busy", origin: "throttled", reason: "429", retryAfterSeconds: 90 }],
  [503, {}, { kind: "busy", origin: "failing", reason: "503" }],
  [400, {}, { kind: "rejected", reason: "400" }],
])("an answer of %i with %j comes out as %j, and names no token", async (status, headers, outcome) => {
  await service.control.addFault({ status, headers, body: `no: ${tokenOf(phone)}` });
  expect(await send()).toEqual(outcome);
});

test("nothing is sent for what is not Android's, and a subscription without a channel is gone", async () => {
  const attempt = { ...content, notification: notificationOf(), subscription: subscriptionOf() };
  expect(await sender.send({ ...attempt, kind: "fallback" })).toMatchObject({ kind: "rejected" });
  expect(sender.compose({ ...attempt, kind: "fallback" })).toBeUndefined();
  const without = { ...attempt, subscription: { ...attempt.subscription, channel: null } };
  expect(await sender.send(without)).toEqual({ kind: "gone" });
  expect(sender.compose(without)).toBeUndefined();
  expect(await service.control.received()).toEqual([]);
});

test("many deliveries at once share one token, and what is told of the route is no secret", async () => {
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => send()));
  expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
  const received = await service.control.received();
  expect(new Set(received.map(({ headers }) => headers.authorization)).size).toBe(1);
  const route = sender.routeOf({ subscription: subscriptionOf(), credential: "default" });
  expect(route).toEqual({ origin: service.url, credential: "fcm:default" });
});

test("a refused access token is asked for anew, once", async () => {
  const other = senderUnderTest();
  await service.control.addFault({ status: 401, count: 1 });
  expect(await send({}, other)).toEqual({ kind: "delivered" });
  const [refused, accepted] = await service.control.received();
  expect([refused?.status, accepted?.status]).toEqual([401, 200]);
  expect(accepted?.headers.authorization).not.toBe(refused?.headers.authorization);
});

test("an access token that is refused again is our misconfiguration, with what to look at", async () => {
  const other = senderUnderTest();
  const reason = expect.stringMatching(/^FCM_CREDENTIAL_DEFAULT: .* \(403\).*API enabled/);
  await service.control.addFault({ status: 403 });
  expect(await send({}, other)).toEqual({ kind: "misconfigured", reason });
  expect(await service.control.received()).toHaveLength(2);
  // Nor does the next delivery ask for yet another.
  expect(await send({}, other)).toEqual({ kind: "misconfigured", reason });
  expect(await service.control.received()).toHaveLength(3);
});

test("an access token serves until shortly before its end, then another is asked for in time", async () => {
  const other = senderUnderTest();
  await send({}, other);
  service.clock.now += 50 * milliseconds.minute;
  await send({}, other);
  service.clock.now += 8 * milliseconds.minute;
  expect(await send({}, other)).toEqual({ kind: "delivered" });
  const received = await service.control.received();
  expect(received.map(({ status }) => status)).toEqual([200, 200, 200]);
  const [first, second, third] = received.map(({ headers }) => headers.authorization);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

const otherKey = newAccounts.fcm.privateKey;
test.each([
  ["no credential of that name", () => ({}), /^set FCM_CREDENTIAL_DEFAULT: /, { origin: "elsewhere" }],
  [
    "no service account's file",
    () => ({ FCM_CREDENTIAL_DEFAULT: "{}" }),
    /^FCM_CREDENTIAL_DEFAULT must be the JSON file/,
    { origin: "elsewhere" },
  ],
  [
    "a key that was withdrawn",
    () => settingsOf({ ...service.account, privateKey: otherKey }),
    /^FCM_CREDENTIAL_DEFAULT: Google gives no token for it \(400 invalid_grant\): /,
    { origin: "elsewhere" },
  ],
  [
    "another project's id",
    () => settingsOf({ ...service.account, projectId: "elsewhere" }),
    /^FCM_CREDENTIAL_DEFAULT: .*404 NOT_FOUND.*project_id/,
    {},
  ],
])("%s is our misconfiguration, and says what to mend without a secret", async (_what, env, sentence, whence) => {
  const outcome = await send({}, senderUnderTest({ credentials: credentialsOf(env()) }));
  expect(outcome).toEqual({ kind: "misconfigured", reason: expect.stringMatching(sentence), ...whence });
  for (const secret of [tokenOf(phone), "PRIVATE KEY", "ya29."]) expect(JSON.stringify(outcome)).not.toContain(secret);
});

test("a rotated credential serves as soon as it is set, with a token of its own", async () => {
  const wrong = senderUnderTest({
    credentials: credentialsOf(settingsOf({ ...service.account, privateKey: otherKey })),
  });
  expect(await send({}, wrong)).toMatchObject({ kind: "misconfigured" });
  expect(await send({}, senderUnderTest())).toEqual({ kind: "delivered" });
});

test("a token endpoint that fails is busy, and no push is sent", async () => {
  const failing = await inPlaceOfGoogle((_request, response) => response.writeHead(503).end("<html>"));
  const credentials = credentialsOf(settingsOf(service.account), `${failing.url}/token`);
  const outcome = await send({}, senderUnderTest({ credentials, extra: failing.extra }));
  expect(outcome).toMatchObject({ kind: "busy", origin: "elsewhere" });
  expect(await service.control.received()).toEqual([]);
});

test("a redirect is not followed, lest our token go somewhere unchecked", async () => {
  const elsewhere = await inPlaceOfGoogle((_request, response) => response.end("{}"));
  await service.control.addFault({
    status: 307,
    headers: { location: `${elsewhere.url}/v1/projects/x/messages:send` },
  });
  const outcome = await send({}, senderUnderTest({ extra: elsewhere.extra }));
  expect(outcome).toMatchObject({ kind: "misconfigured", reason: expect.stringContaining("(307)") });
  expect(elsewhere.visits()).toBe(0);
});

test("an answer whose body breaks off after a 200 is a delivery all the same, and of an endless one only the beginning is read", async () => {
  let visits = 0;
  const broken = await inPlaceOfGoogle((_request, response) => {
    visits += 1;
    response.writeHead(visits === 1 ? 200 : 500, visits === 1 ? { "content-length": "100" } : {});
    if (visits === 1) return void response.write("{", () => response.destroy());
    const more = (): unknown => response.write("x".repeat(16_384));
    response.on("drain", more);
    more();
  });
  const careful = senderUnderTest({ url: broken.url, extra: broken.extra });
  expect(await send({}, careful)).toEqual({ kind: "delivered" });
  const startedAt = performance.now();
  expect(await send({}, careful)).toEqual({ kind: "busy", origin: "failing", reason: "500" });
  expect(performance.now() - startedAt).toBeLessThan(6_000); // before the time limit of all
  await until(async () => (await broken.connections()) === 0, { what: "the connection's end" });
});

test("a service that hangs, or a connection that breaks, is busy when the time limit is over", async () => {
  const hasty = senderUnderTest({ timeLimitMs: 500 });
  await send({}, hasty); // the token
  await service.control.addFault({ hang: true, count: 1 });
  expect(await send({}, hasty)).toEqual({ kind: "busy", origin: "silent", reason: "TimeoutError" });
  await service.control.addFault({ status: 401, delayMs: 300 });
  expect(await send({}, hasty)).toEqual({ kind: "busy", origin: "silent", reason: "TimeoutError" });
  await service.control.clearFaults();
  await service.control.addFault({ reset: true, count: 1 });
  expect(await send()).toMatchObject({ kind: "busy" });
  expect(await send()).toEqual({ kind: "delivered" });
});

test("FCM at an address inside is told nothing", async () => {
  const inside = await inPlaceOfGoogle((_request, response) => response.end("{}"));
  const guarded = senderUnderTest({ url: inside.url });
  expect(await send({}, guarded)).toEqual({ kind: "busy", origin: "silent", reason: "ADDRESS_NOT_PERMITTED" });
  expect(inside.visits()).toBe(0);
});
