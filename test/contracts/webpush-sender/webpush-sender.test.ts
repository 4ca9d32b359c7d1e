import type { RequestListener } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { webPushSender } from "../../../shared/channels/webpush/webpush.http.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { milliseconds } from "../../../shared/clock.ts";
import type { Notification, NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Subscription, WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { until } from "../../support/until.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { notificationAt, subscriptionAt } from "../feed/accepted.ts";
import { startLocalService, type LocalService } from "../webpush-service/local-service.ts";

let service: LocalService;
let device: NewDevice;
/** What is the same of all attempts here. */
const content = { kind: "content", credential: "default", isRepeat: false } as const;

let sender: ChannelSender;
const running: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  service = await startLocalService();
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

type SenderOptions = Parameters<typeof webPushSender>[0];
const senderUnderTest = (more: Partial<SenderOptions> = {}): ChannelSender => {
  const clock = { now: () => service.clock.now };
  const vapid = { ...service.keys, subject: "mailto:operator@contoso.com" };
  const extra = { hosts: [new URL(service.url).host], ca: service.ca };
  const made = webPushSender({ vapid, clock, extra, ...more });
  running.push(() => made.close());
  return made;
};

const notificationOf = (more: Partial<NotificationDraft> = {}): Notification => notificationAt(service.clock.now, more);
const subscriptionOf = ({ channel }: { readonly channel: Readonly<Record<string, unknown>> }): Subscription => {
  const webPush = { kind: "webpush", ...channel } as unknown as WebPushChannel;
  return subscriptionAt(service.clock.now, { channel: webPush });
};
const send = (more: Partial<NotificationDraft> = {}, by = sender): Promise<Outcome> =>
  by.send({ ...content, notification: notificationOf(more), subscription: subscriptionOf(device) });

const contentOf = (content: string | null): unknown => JSON.parse(content ?? "null");
const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };

/** A push service of the test's own, behind the certificate of `ca`. */
const startTls = async (listener: RequestListener) => {
  const server = await startTlsServer(listener);
  running.push(server.stop);
  const endpoint = `https://${server.host}/push/secret`;
  return { ...server, subscription: subscriptionOf({ channel: { ...device.channel, endpoint } }) };
};

test("what is delivered decrypts to what was sent, and the headers say how", async () => {
  const rawContent = 'ž "quoted" 🦓\n{}';
  const outcome = await send({ payload: { rawContent }, priority: "High", groupName: "group" });
  expect(outcome).toEqual({ kind: "delivered" });
  const [received] = await service.control.received();
  expect(contentOf(received!.content)).toMatchObject({
    ...tap,
    changeType: "afsChange",
    notification: { appNotificationId: "order-1", groupName: "group", payload: { rawContent } },
  });
  expect(received).toMatchObject({
    status: 201,
    device: device.name,
    headers: { ttl: "3600", urgency: "high", "content-encoding": "aes128gcm" },
  });
  expect(received?.headers.topic).toMatch(/^[\w-]{32}$/);
});

test.each([
  [404, {}, { kind: "gone" }],
  [410, {}, { kind: "gone" }],
  [429, { "retry-after": "7" }, { kind: "busy", origin: "throttled", reason: "429", retryAfterSeconds: 7 }],
  [503, { "retry-after": "in 90 s" }, { kind: "busy", origin: "failing", reason: "503", retryAfterSeconds: 90 }],
  [500, {}, { kind: "busy", origin: "failing", reason: "500" }],
  [406, {}, { kind: "busy", origin: "throttled", reason: "406" }],
  [400, {}, { kind: "rejected", reason: "400" }],
  [403, {}, { kind: "rejected", reason: "403", doubtsCredential: true }],
  [202, {}, { kind: "delivered" }],
])("an answer of %i with %j comes out as %j, and names no endpoint", async (status, headers, outcome) => {
  const inNinetySeconds = new Date(Math.floor(service.clock.now / 1_000) * 1_000 + 90_000).toUTCString();
  const faultHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value === "in 90 s" ? inNinetySeconds : value]),
  );
  const { endpoint } = device.channel as { endpoint: string };
  await service.control.addFault({ status, headers: faultHeaders, body: `no: ${endpoint}` });
  expect(await send()).toEqual(outcome);
  expect(await service.control.received()).toHaveLength(1);
});

test("of several Retry-After headers the longest is kept", async () => {
  const asking = await startTls((_request, response) => {
    response.writeHead(503, ["retry-after", "5", "retry-after", "60"]).end();
  });
  const askingSender = senderUnderTest({ extra: { hosts: [asking.host], ca: asking.ca } });
  const { subscription } = asking;
  const outcome = await askingSender.send({ ...content, notification: notificationOf(), subscription });
  expect(outcome).toEqual({ kind: "busy", origin: "failing", reason: "503", retryAfterSeconds: 60 });
});

test("a device that was removed is gone", async () => {
  await service.control.removeDevice(device.deviceId);
  expect(await send()).toEqual({ kind: "gone" });
});

test("a subscription without a channel is gone, and nothing is sent", async () => {
  const subscription = { ...subscriptionOf(device), channel: null };
  expect(await sender.send({ ...content, notification: notificationOf(), subscription })).toEqual({
    kind: "gone",
  });
  expect(await service.control.received()).toEqual([]);
});

test("a device whose keys are no keys is rejected, not tried again, and nothing is sent", async () => {
  const subscription = subscriptionOf({ channel: { ...device.channel, keys: { p256dh: "BAAA", auth: "AAAA" } } });
  const outcome = await sender.send({ ...content, notification: notificationOf(), subscription });
  expect(outcome).toEqual({ kind: "rejected", reason: "cannot be encrypted" });
  expect(await service.control.received()).toEqual([]);
});

test("an answer whose body breaks off after a 201 is a delivery all the same", async () => {
  const breaking = await startTls((_request, response) => {
    response.writeHead(201, { "content-length": "100" });
    response.write("the beginning", () => response.destroy());
  });
  const breakingSender = senderUnderTest({ extra: { hosts: [breaking.host], ca: breaking.ca } });
  const outcome = await breakingSender.send({
    ...content,
    notification: notificationOf(),
    subscription: breaking.subscription,
  });
  expect(outcome).toEqual({ kind: "delivered" });
});

test("content that the service finds too large goes out as a tap", async () => {
  await service.control.addFault({ status: 413, count: 1 });
  expect(await send()).toEqual({ kind: "delivered" });
  const received = await service.control.received();
  expect(received.map(({ status }) => status)).toEqual([413, 201]);
  expect(contentOf(received[1]!.content)).toEqual(tap);
});

test("content beyond 4,096 encrypted bytes goes out as a tap at once, one byte less goes out whole", async () => {
  const sizeOf = async (length: number): Promise<string> => {
    await service.control.clearReceived();
    expect(await send({ payload: { rawContent: "x".repeat(length) } })).toEqual({ kind: "delivered" });
    const received = await service.control.received();
    expect(received).toHaveLength(1);
    return received[0]!.content ?? "";
  };
  const overhead = Buffer.byteLength(await sizeOf(1)) - 1;
  expect(contentOf(await sizeOf(3_993 - overhead))).toMatchObject({ changeType: "afsChange" });
  expect(contentOf(await sizeOf(3_994 - overhead))).toEqual(tap);
});

test("a tap that is too large as well is rejected, after two requests", async () => {
  await service.control.addFault({ status: 413 });
  expect(await send()).toEqual({ kind: "rejected", reason: "413" });
  expect(await service.control.received()).toHaveLength(2);
});

test("a refused token is signed anew, once", async () => {
  await service.control.addFault({ status: 401, count: 1 });
  expect(await send()).toEqual({ kind: "delivered" });
  const [refused, accepted] = await service.control.received();
  expect([refused?.status, accepted?.status]).toEqual([401, 201]);
  expect(accepted?.headers.authorization).not.toBe(refused?.headers.authorization);
});

test("a token that is refused again is our misconfiguration, told after two requests", async () => {
  await service.control.addFault({ status: 401 });
  expect(await send()).toMatchObject({ kind: "misconfigured" });
  expect(await service.control.received()).toHaveLength(2);
});

test("a token serves its origin for six hours, then another is signed", async () => {
  await send();
  service.clock.now += 6 * milliseconds.hour - 1_000;
  await send();
  service.clock.now += 1_000;
  expect(await send()).toEqual({ kind: "delivered" });
  const [first, second, third] = (await service.control.received()).map(({ headers }) => headers.authorization);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("a service that hangs is busy when the time limit is over", async () => {
  await service.control.addFault({ hang: true });
  const startedAt = performance.now();
  expect(await send({}, senderUnderTest({ timeLimitMs: 200 }))).toEqual({
    kind: "busy",
    origin: "silent",
    reason: "TimeoutError",
  });
  expect(performance.now() - startedAt).toBeLessThan(1_500);
});

test("the time limit is for all requests of one delivery together", async () => {
  await service.control.addFault({ status: 401, delayMs: 250 });
  expect(await send({}, senderUnderTest({ timeLimitMs: 400 }))).toEqual({
    kind: "busy",
    origin: "silent",
    reason: "TimeoutError",
  });
});

test("a connection that breaks is busy, and the next delivery gets through", async () => {
  await service.control.addFault({ reset: true, count: 1 });
  expect(await send()).toMatchObject({ kind: "busy" });
  expect(await send()).toEqual({ kind: "delivered" });
});

test("more deliveries at once than connections all get through", async () => {
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => send()));
  expect(outcomes.every(({ kind }) => kind === "delivered")).toBe(true);
});

test.each([301, 302, 307, 308])(
  "a redirect (%i) is not followed, lest our credential go somewhere unchecked",
  async (status) => {
    let visits = 0;
    const elsewhere = await startTls((_request, response) => {
      visits += 1;
      response.writeHead(201).end();
    });
    const extra = { hosts: [new URL(service.url).host, elsewhere.host], ca: service.ca + elsewhere.ca };
    await service.control.addFault({ status, headers: { location: `https://${elsewhere.host}/push/x` } });
    expect(await send({}, senderUnderTest({ extra }))).toMatchObject({ kind: "misconfigured" });
    expect(visits).toBe(0);
  },
);

test.each(["127.0.0.1", "localhost", "[::1]"])(
  "an endpoint that leads inside (%s) is told nothing, and keeps only its own pushes waiting",
  async (hostname) => {
    const inside = await startTls((_request, response) => response.writeHead(201).end());
    const endpoint = `https://${hostname}:${inside.port}/push/secret`;
    const outcome = await sender.send({
      ...content,
      notification: notificationOf(),
      subscription: subscriptionOf({ channel: { ...device.channel, endpoint } }),
    });
    // Not `misconfigured`: that would hold back everybody's pushes. Not `rejected`: DNS may be wrong for an hour.
    expect(outcome).toEqual({ kind: "busy", origin: "silent", reason: "ADDRESS_NOT_PERMITTED" });
    expect(inside.visits()).toBe(0);
  },
);

test("a redirect to a forbidden place is our misconfiguration, and nobody goes there", async () => {
  const inside = await startTls((_request, response) => response.writeHead(201).end());
  await service.control.addFault({ status: 307, headers: { location: `https://${inside.host}/push/x` } });
  expect(await send()).toMatchObject({ kind: "misconfigured" });
  expect(inside.visits()).toBe(0);
});

test("an answer whose headers have no end is a failing service, and the next delivery gets through", async () => {
  let visits = 0;
  const talkative = await startTls((request, response) => {
    visits += 1;
    if (visits === 1) response.setHeader("x-long", "x".repeat(10_000));
    request.resume().once("end", () => response.writeHead(201).end());
  });
  const { ca, host, subscription } = talkative;
  const careful = senderUnderTest({ extra: { hosts: [host], ca } });
  const attempt = { ...content, notification: notificationOf(), subscription } as const;
  expect(await careful.send(attempt)).toEqual({
    kind: "busy",
    origin: "failing",
    reason: "UND_ERR_HEADERS_OVERFLOW",
  });
  expect(await careful.send(attempt)).toEqual({ kind: "delivered" });
});

test("a bug of ours is thrown, and not taken for a busy service", async () => {
  const vapid = { ...service.keys, privateKey: "no key", subject: "mailto:operator@contoso.com" };
  await expect(send({}, senderUnderTest({ vapid }))).rejects.toThrow("Vapid private key");
  expect(await service.control.received()).toEqual([]);
});

test("of an answer without end only the beginning is read, and the connection is given up", async () => {
  const endless = await startTls((_request, response) => {
    response.writeHead(500);
    const more = (): unknown => response.write("x".repeat(16_384));
    response.on("drain", more);
    more();
  });
  const { ca, host, subscription } = endless;
  const endlessSender = senderUnderTest({ extra: { hosts: [host], ca } });
  expect(await endlessSender.send({ ...content, notification: notificationOf(), subscription })).toEqual({
    kind: "busy",
    origin: "failing",
    reason: "500",
  });
  await until(async () => (await endless.connections()) === 0, { what: "the connection's end" });
});

test.each([
  ["listed among the extra hosts, whose CA is another", true],
  ["not listed, so that it would have to be on the public internet", false],
])("a service of an unknown place or CA, %s, is told nothing", async (_, isListed) => {
  let visits = 0;
  const stranger = await startTls((_request, response) => {
    visits += 1;
    response.writeHead(201).end();
  });
  const extra = { hosts: isListed ? [stranger.host] : [], ca: isListed ? service.ca : stranger.ca };
  const wary = senderUnderTest({ extra });
  const outcome = await wary.send({
    ...content,
    notification: notificationOf(),
    subscription: stranger.subscription,
  });
  expect(outcome).toMatchObject({ kind: "busy" });
  expect(JSON.stringify(outcome)).not.toContain("secret");
  expect(visits).toBe(0);
});

test("idle connections are kept for the next delivery, and ended when the sender is closed", async () => {
  const calm = await startTls((request, response) => {
    request.resume().once("end", () => response.writeHead(201).end());
  });
  const closing = senderUnderTest({ extra: { hosts: [calm.host], ca: calm.ca } });
  const attempt = { ...content, notification: notificationOf(), subscription: calm.subscription } as const;
  for (let sent = 0; sent < 6; sent += 1) await closing.send(attempt);
  // A second one is opened when the first has its answer but is not yet marked idle.
  expect(await calm.connections()).toBeLessThanOrEqual(2);
  running.splice(running.length - 1, 1); // it is closed here, not after the test
  await closing.close();
  await until(async () => (await calm.connections()) === 0, { what: "the connections' end" });
});
