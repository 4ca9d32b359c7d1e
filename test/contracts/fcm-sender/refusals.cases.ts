import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { tokenOf } from "../fcm-service/local-service.ts";
import {
  content,
  inPlaceOfGoogle,
  notificationOf,
  phone,
  send,
  sender,
  senderUnderTest,
  service,
  subscriptionOf,
} from "./fcm-under-test.ts";

/** What FCM answers, or does not, and what it is never asked. */
export const refusalCases = (): void => {
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
};
