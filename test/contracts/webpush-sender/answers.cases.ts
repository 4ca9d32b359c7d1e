import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import {
  content,
  contentOf,
  device,
  notificationOf,
  send,
  sender,
  senderUnderTest,
  service,
  startTls,
  subscriptionOf,
  tap,
} from "./sender-under-test.ts";

/** What a push service answers, and what is made of it. */
export const answerCases = (): void => {
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
};
