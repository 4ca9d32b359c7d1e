import { expect, test } from "vitest";
import { uriOf } from "../wns-service/local-wns.ts";
import {
  attemptOf,
  device,
  json,
  send,
  sender,
  senderUnderTest,
  service,
  startTls,
  startTokenEndpoint,
  statuses,
  subscriptionOf,
} from "./wns-under-test.ts";

const notWns = [
  "https://evil.example/?token=a",
  "https://notify.windows.com.evil.example/?token=a",
  "https://evilnotify.windows.com/?token=a",
  "http://db5p.notify.windows.com/?token=a",
  "https://user@db5p.notify.windows.com/?token=a",
  "https://db5p.notify.windows.com:444/?token=a",
  "https://127.0.0.1/?token=a",
];

/** What WNS answers, or does not, and what it is never asked. */
export const refusalCases = (): void => {
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
    [
      200,
      { "x-wns-status": "channelthrottled" },
      { kind: "busy", origin: "throttled", reason: "200 channelthrottled" },
    ],
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
};
