import { expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { content, notificationOf, running, send, senderUnderTest, service, startTls } from "./sender-under-test.ts";

/** Services that hang, break, or never come to an end. */
export const faultCases = (): void => {
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
};
