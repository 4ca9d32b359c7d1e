import { constants, type ServerHttp2Session } from "node:http2";
import { expect, test } from "vitest";
import { sessionPool } from "../../../shared/channels/apns/sessions.http2.ts";
import { until } from "../../support/until.ts";
import { accept } from "./apns-server.ts";
import { attemptWith, delivered, handClock, phone, sendTo, tokenOf } from "./with-sender.ts";
import { connected, holding, lost, running, sending, server, several } from "./connections-under-test.ts";

/** How many connections there are, and how pushes wait for them. */
export const sharingCases = (): void => {
  test("a connection never carries more at a time than the server allows, and four of them share what there is to do", async () => {
    const { letGo } = holding();
    const outcomes = sendTo(sending(), several(30));
    await until(() => server.pushes.length === 8, { what: "two on each of four connections" });
    letGo();
    expect(await outcomes).toEqual(several(30).map(() => delivered));
    expect(server.sessions).toHaveLength(4);
    expect(server.streamsMost()).toBe(2);
  });

  test("what one connection carries opens no second", async () => {
    const sender = sending();
    for (const number of several(3)) expect(await sendTo(sender, [number, number])).toEqual([delivered, delivered]);
    expect(server.sessions).toHaveLength(1);
  });

  test.each([
    ["says goodbye at once", (session: ServerHttp2Session) => session.goaway()],
    ["hangs up at once", (session: ServerHttp2Session) => session.destroy()],
    ["says goodbye to each push", undefined],
  ])("a server that %s is connected to ever more rarely, however many wait", async (_case, welcome) => {
    if (welcome) server.welcome = welcome;
    else server.answer = ({ session }) => session.goaway(constants.NGHTTP2_NO_ERROR, 0);
    const outcomes = await sendTo(sending(server, { timeLimitMs: 700 }), several(200));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["busy"]));
    expect(server.sessions.length).toBeLessThan(8); // with pauses of 50, 100, 200 and 400 milliseconds between them
  });

  test("a server that allows one at a time, and more once it knows us, is given one and then more", async () => {
    server.welcome = (session) => session.settings({ maxConcurrentStreams: 1 });
    let most = 0;
    server.answer = (pushed) => {
      most = Math.max(most, server.streamsMost());
      if (server.pushes.length === 1) pushed.session.settings({ maxConcurrentStreams: 50 });
      setImmediate(() => accept(pushed));
    };
    const outcomes = await sendTo(sending(server, { connections: { sessionsMost: 1 } }), several(20));
    expect(outcomes).toEqual(several(20).map(() => delivered));
    expect(server.pushes.slice(0, 2).map(({ stream }) => stream.id)).toEqual([1, 3]);
    expect(most).toBeGreaterThan(1);
  });

  test("whoever gets no answer in time is told so", async () => {
    const sender = await connected(sending(server, { timeLimitMs: 300, connections: { sessionsMost: 1 } }));
    holding();
    expect(await sendTo(sender, several(2))).toEqual([lost("TimeoutError"), lost("TimeoutError")]);
  });

  test("whoever finds no stream in time is throttled, however long those that have one still take", async () => {
    const { letGo } = holding();
    const { url: origin, ca } = server;
    const pool = sessionPool({ origin, ca, clock: handClock(), sessionsMost: 1 });
    running.push(() => pool.close());
    const push = { path: `/3/device/${tokenOf(1)}`, headers: {}, body: "{}" };
    const patient = [1, 2].map(() => pool.request(push, new AbortController().signal));
    await until(() => server.pushes.length === 2, { what: "two are out" });
    const impatient = new AbortController();
    const third = pool.request(push, impatient.signal);
    impatient.abort();
    expect(await third).toEqual({ kind: "lost", reason: "no stream was free", origin: "throttled" });
    letGo();
    expect((await Promise.all(patient)).map(({ kind }) => kind)).toEqual(["answered", "answered"]);
  });

  test("the queue has an end", async () => {
    const { letGo } = holding();
    const sender = sending(server, { connections: { sessionsMost: 1, waitingMost: 3 } });
    const outcomes = sendTo(sender, several(4));
    await until(() => server.pushes.length === 2, { what: "two are out" });
    letGo();
    const told = await outcomes;
    expect(told.map(({ kind }) => kind).sort()).toEqual(["busy", "delivered", "delivered", "delivered"]);
    expect(told).toContainEqual({ kind: "busy", origin: "throttled", reason: "no stream was free" });
  });

  test("a connection that carries nothing is closed after its time, and opened when there is something", async () => {
    const sender = sending(server, { connections: { idleLimitMs: 50 } });
    expect(await sendTo(sender, [1])).toEqual([delivered]);
    await until(() => server.sessions[0]?.destroyed, { what: "it is closed" });
    expect(await sendTo(sender, [1])).toEqual([delivered]);
    expect(server.sessions).toHaveLength(2);
  });

  test("production and sandbox are two servers, and two keys share no connection", async () => {
    const sender = sending();
    for (const environment of ["production", "sandbox"] as const) {
      const subscription = phone(1, environment);
      expect(await sender.send(attemptWith({ subscription }))).toEqual(delivered);
      expect(sender.routeOf({ subscription, credential: "default" })).toEqual({
        origin: environment === "production" ? server.url : `https://localhost:${server.port}`,
        credential: "apns:default",
      });
    }
    expect(server.pushes.map(({ headers }) => headers[":authority"])).toEqual([
      `127.0.0.1:${server.port}`,
      `localhost:${server.port}`,
    ]);
    expect(server.sessions).toHaveLength(2);
  });
};
