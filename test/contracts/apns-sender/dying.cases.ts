import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { startTlsServer } from "../egress/tls-server.ts";
import { closedPort } from "../../support/closed-port.ts";
import { until } from "../../support/until.ts";
import { accept } from "./apns-server.ts";
import { attemptWith, delivered, handClock, sendTo } from "./with-sender.ts";
import { connected, holding, lost, running, sending, server, several } from "./connections-under-test.ts";

/** Connections that die, or never come about. */
export const dyingCases = (): void => {
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
};
