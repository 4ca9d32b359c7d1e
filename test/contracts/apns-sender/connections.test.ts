import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { constants, type ServerHttp2Session } from "node:http2";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { sessionPool } from "../../../shared/channels/apns/sessions.http2.ts";
import type { ChannelSender } from "../../../shared/channels/channel.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { closedPort } from "../../support/closed-port.ts";
import { until } from "../../support/until.ts";
import { accept, refuse, startApnsServer, type ApnsServer, type Pushed } from "./apns-server.ts";
import { attemptWith, delivered, handClock, phone, sendTo, senderTo, tokenOf } from "./with-sender.ts";

let server: ApnsServer;
const running: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await startApnsServer(2);
});
afterAll(() => server.stop());
beforeEach(() => server.reset());
afterEach(async () => {
  await Promise.all(running.splice(0).map((stop) => stop()));
});
const sending = (...given: Parameters<typeof senderTo> | []): ChannelSender => {
  const [to = server, more = {}] = given;
  const sender = senderTo(to, more);
  running.push(() => sender.close());
  return sender;
};
const several = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const lost = (reason: string) => ({ kind: "busy", origin: "silent", reason });

/** Pushes that are not answered until they are let go. */
const holding = (): { letGo: () => void } => {
  const held: Pushed[] = [];
  server.answer = (pushed) => void held.push(pushed);
  const letGo = (): void => {
    server.answer = accept;
    held.splice(0).forEach(accept);
  };
  return { letGo };
};

/** Connects, however short the sender's time is: the machine may be busy. */
const connected = async (sender: ChannelSender): Promise<ChannelSender> => {
  const isThere = async (): Promise<boolean> => (await sendTo(sender, [0]))[0]?.kind === "delivered";
  await until(isThere, { what: "a connection" });
  server.pushes.length = 0;
  return sender;
};

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

test("a stream that the server refuses untouched goes again at once, another reset does not", async () => {
  const sender = sending();
  const refused =
    (code: number) =>
    ({ stream }: Pushed) => {
      server.answer = accept;
      stream.close(code);
    };
  server.answer = refused(constants.NGHTTP2_REFUSED_STREAM);
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  expect(server.pushes).toHaveLength(2);
  server.answer = refused(constants.NGHTTP2_INTERNAL_ERROR);
  expect(await sendTo(sender, [1])).toEqual([lost("the stream was reset with code 2")]);
  server.answer = refused(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  expect(await sendTo(sender, [1])).toEqual([
    { kind: "busy", origin: "throttled", reason: "the stream was reset with code 11" },
  ]);
  expect(server.pushes).toHaveLength(4);
});

test("a server that refuses every stream is not asked for ever", async () => {
  server.answer = ({ stream }) => stream.close(constants.NGHTTP2_REFUSED_STREAM);
  expect(await sendTo(sending(), [1])).toMatchObject([{ kind: "busy", origin: "throttled" }]);
  expect(server.pushes).toHaveLength(4);
});

test("a GOAWAY with a fault: what it names as untouched goes again, of the rest nobody knows", async () => {
  server.answer = (pushed) => {
    if (server.pushes.length < 2) return;
    server.answer = accept;
    pushed.session.goaway(constants.NGHTTP2_INTERNAL_ERROR, 1);
  };
  const sender = sending(server, { connections: { sessionsMost: 1 } });
  expect(await sendTo(sender, [1, 2])).toEqual([lost("GOAWAY with code 2"), delivered]);
});

test("a server that dies with pushes in hand costs those, and none after them", async () => {
  const sender = sending();
  holding();
  const outcomes = sendTo(sender, several(4));
  await until(() => server.pushes.length === 4, { what: "all are out" });
  server.answer = accept;
  server.die();
  expect((await outcomes).map((outcome) => ({ ...outcome, reason: "" }))).toEqual(several(4).map(() => lost("")));
  expect(await sendTo(sender, several(4))).toEqual(several(4).map(() => delivered));
});

test("a server that hangs, and answers a ping, keeps its connection", async () => {
  const sender = await connected(sending(server, { timeLimitMs: 300 }));
  const { pings } = server;
  const before = pings();
  holding();
  expect(await sendTo(sender, [1])).toEqual([lost("TimeoutError")]);
  await until(() => pings() > before, { what: "it is asked whether it lives" });
  server.answer = accept;
  await connected(sender);
  expect(server.sessions).toHaveLength(1);
});

test("an answer that comes slowly is waited for, one that never ends counts by its status", async () => {
  server.answer = (pushed) => void setTimeout(() => accept(pushed), 100);
  const patient = sending();
  expect(await sendTo(patient, [1])).toEqual([delivered]);
  server.answer = ({ stream }) => {
    stream.respond({ ":status": 500 });
    stream.end(`{"reason":"InternalServerError","more":"${"x".repeat(1_000_000)}"}`);
  };
  expect(await sendTo(patient, [1])).toEqual([{ kind: "busy", origin: "failing", reason: "500 InternalServerError" }]);
  server.answer = accept;
  const hasty = await connected(sending(server, { timeLimitMs: 500 }));
  server.answer = ({ stream }) => {
    stream.respond({ ":status": 410 });
    stream.write('{"reason":"Unregistered","timestamp":1}');
  };
  expect(await sendTo(hasty, [1])).toEqual([{ kind: "gone" }]);
});

test.each([
  [400, "IdleTimeout"],
  [503, "Shutdown"],
])("after %i %s it goes once more, over another connection", async (status, reason) => {
  server.answer = refuse(status, { reason });
  const sender = sending();
  expect(await sendTo(sender, [1])).toEqual([{ kind: "busy", origin: "failing", reason: `${status} ${reason}` }]);
  expect(server.sessions).toHaveLength(2);
  server.answer = (pushed) => {
    server.answer = accept;
    refuse(status, { reason })(pushed);
  };
  expect(await sendTo(sender, [1])).toEqual([delivered]);
});

/** Between sender and server; while `isDead`, nothing passes and nobody is told. */
const startPassage = async () => {
  const sockets: Socket[] = [];
  const passage = { isDead: false, url: "", count: 0 };
  const between = createServer((near) => {
    passage.count += 1;
    const far = connect(server.port, "127.0.0.1");
    const carry = (from: Socket, to: Socket, isThrough = !passage.isDead): void => {
      sockets.push(from);
      from.on("error", () => undefined).once("close", () => to.destroy());
      from.on("data", (chunk) => {
        if (!passage.isDead || !isThrough) to.write(chunk);
      });
    };
    carry(near, far);
    carry(far, near);
  }).listen(0, "127.0.0.1");
  await once(between, "listening");
  passage.url = `https://127.0.0.1:${(between.address() as AddressInfo).port}`;
  running.push(() => {
    sockets.forEach((socket) => socket.destroy());
    return new Promise((resolve) => between.close(resolve));
  });
  return passage;
};

test("a connection that somebody on the way has forgotten is found out before it is used, and replaced in time", async () => {
  const passage = await startPassage();
  const clock = handClock();
  const sender = sending({ url: passage.url, ca: server.ca }, { clock, connections: { pingTimeLimitMs: 400 } });
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  clock.at += 29_000;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  expect(server.pings()).toBe(0);
  clock.at += 31_000;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  expect(server.pings()).toBe(1);
  passage.isDead = true;
  clock.at += 31_000;
  expect(await sendTo(sender, [1])).toEqual([delivered]);
  expect(passage.count).toBe(2);
});

test("one that dies in use is given up after the first time limit, and the next push has a new one", async () => {
  const passage = await startPassage();
  const connections = { pingTimeLimitMs: 50 };
  const sender = await connected(sending({ url: passage.url, ca: server.ca }, { timeLimitMs: 300, connections }));
  passage.isDead = true;
  expect(await sendTo(sender, [1])).toEqual([lost("TimeoutError")]);
  await connected(sender);
  expect(passage.count).toBeGreaterThan(1);
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

test("what cannot be reached, or is not who it says, is silent, and told at once", async () => {
  const h1 = await startTlsServer((_request, response) => response.end());
  running.push(h1.stop);
  const quiet = createServer((socket) => void socket.resume().on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(quiet, "listening");
  running.push(() => new Promise((resolve) => quiet.close(resolve)));
  const quietUrl = `https://127.0.0.1:${(quiet.address() as AddressInfo).port}`;
  const connections = { connectTimeLimitMs: 100 };
  const outcomes = await Promise.all(
    [
      { url: `https://127.0.0.1:${await closedPort()}`, ca: server.ca },
      { url: server.url, ca: h1.ca },
      { url: `https://127.0.0.1:${h1.port}`, ca: h1.ca },
      { url: quietUrl, ca: server.ca },
    ].map((to) => sending(to, { connections }).send(attemptWith())),
  );
  expect(outcomes).toEqual([
    lost("ECONNREFUSED"),
    lost("UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    lost("ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"),
    lost("ETIMEDOUT"),
  ]);
  expect(server.pushes).toEqual([]);
});

test("closing lets what is out come to its end, and takes nothing more", async () => {
  const { letGo } = holding();
  const sender = sending();
  const out = sendTo(sender, [1]);
  await until(() => server.pushes.length === 1, { what: "it is out" });
  const closing = sender.close();
  expect(await sendTo(sender, [2])).toEqual([lost("closed")]);
  letGo();
  await closing;
  expect(await out).toEqual([delivered]);
});
