import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/until.ts";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

let app: FixtureApp;
let host: Host;
beforeAll(async () => {
  app = await fixtureApp("streams");
  host = await app.start();
});
afterAll(async () => {
  await host.kill();
  await app.remove();
});

/** A request whose body the test sends piece by piece, without Content-Length. */
const slowRequest = (path: string, headers: Record<string, string> = {}) => {
  const request = httpRequest(`${host.url}${path}`, { method: "POST", headers });
  const answer = new Promise<{ status: number; body: string }>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      void text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
  });
  return { request, answer };
};

test("a body without Content-Length arrives whole", async () => {
  const { request, answer } = slowRequest("/echo");
  request.write("one,");
  request.end("two");
  expect(await answer).toEqual({ status: 200, body: "one,two" });
});

test("a body with Content-Length arrives whole, also with DELETE", async () => {
  const sent = "x".repeat(300_000);
  const answer = await fetch(`${host.url}/rest/x`, { method: "DELETE", body: sent });
  expect(((await answer.json()) as { body: string }).body).toBe(sent);
});

test("an answer streams: its first piece is there before the last is made", async () => {
  const answer = await fetch(`${host.url}/behave/pieces`);
  const reader = answer.body!.getReader();
  const first = await reader.read();
  expect(Buffer.from(first.value).toString()).toBe("first,");
  await until(async () => (await (await fetch(`${host.url}/next-piece`)).text()) === "true", {
    what: "a second piece",
  });
  expect(Buffer.from((await reader.read()).value).toString()).toBe("second");
  expect((await reader.read()).done).toBe(true);
});

test("an answer may come while the request is still being sent", async () => {
  const { request, answer } = slowRequest("/behave/early");
  request.write("the beginning of something long");
  expect(await answer).toEqual({ status: 413, body: "too much" });
  request.destroy();
});

test("an app that reads no further than it wants to is heard all the same", async () => {
  const { request, answer } = slowRequest("/behave/declines");
  request.write("the beginning of something long");
  expect(await answer).toEqual({ status: 413, body: "too much" });
  request.destroy();
});

test.each(["early", "declines"])("a body that nobody reads to its end (%s) holds up nobody behind it", async (how) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (path: string, body = ""): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asking = httpRequest(`${host.url}${path}`, { agent, method: "POST" }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode));
      });
      asking.setTimeout(5_000, () => asking.destroy(new Error("no answer")));
      asking.once("error", reject).end(body);
    });
  expect(await ask(`/behave/${how}`, "x".repeat(300_000))).toBe(413);
  expect(await ask("/behave/empty")).toBe(204);
  agent.destroy();
});

test("status, headers and several cookies arrive; headers the platform does not set are the app's", async () => {
  const answer = await fetch(`${host.url}/behave/cookies`);
  expect(answer.status).toBe(201);
  expect(answer.headers.getSetCookie()).toEqual(["a=1; HttpOnly", "b=2; Path=/"]);
  expect([answer.headers.get("x-own"), answer.headers.get("vary")]).toEqual(["yes", "Accept"]);
});

test("request headers arrive, repeated ones joined, and nobody can name another invocation", async () => {
  const headers = new Headers([
    ["x-custom", "one"],
    ["x-custom", "two"],
    ["x-ms-invocation-id", "mine"],
  ]);
  const answer = await fetch(`${host.url}/rest/x`, { headers });
  expect(((await answer.json()) as { headers: object }).headers).toMatchObject({ "x-custom": "one, two" });
});

test("a 204 has no body, and the connection serves the next request", async () => {
  expect((await fetch(`${host.url}/behave/empty`)).status).toBe(204);
  expect((await fetch(`${host.url}/behave/empty`)).status).toBe(204);
});

test.each([
  ["throws", "Function behave failed: Error: the fixture was asked to throw"],
  ["nothing", "it returned nothing"],
  ["failsAtOnce", "the fixture's body never came"],
])("a function that %s is a 500 without a body and headers of its own, and logged", async (how, told) => {
  const answer = await fetch(`${host.url}/behave/${how}`);
  expect([answer.status, await answer.text(), answer.headers.get("x-own")]).toEqual([500, "", null]);
  await until(() => host.output().includes(told), { what: `the host tells: ${told}` });
});

test("an answer that breaks in the middle breaks off for the client too", async () => {
  const answer = await fetch(`${host.url}/behave/breaks`);
  const body = answer.text();
  body.catch(() => undefined);
  await until(async () => (await (await fetch(`${host.url}/next-piece`)).text()) === "true", { what: "the break" });
  await expect(body).rejects.toThrow();
});

test("clients that go away, before, in and after the request, leave the host serving", async () => {
  const port = Number(new URL(host.url).port);
  const beginnings = [
    "POST /echo HTTP/1.1\r\nhost: x\r\n",
    "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf of",
    "GET /behave/pieces HTTP/1.1\r\nhost: x\r\n\r\n",
  ];
  for (const beginning of beginnings) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.write(beginning, resolve));
    socket.resetAndDestroy();
  }
  const { answer, request } = slowRequest("/echo");
  request.end("still here");
  expect(await answer).toEqual({ status: 200, body: "still here" });
});

test("a client that goes away while a second answer waits behind its first leaves nothing that the host waits for when it stops", async () => {
  const stopping = await app.start();
  const socket = connect(Number(new URL(stopping.url).port), "127.0.0.1");
  socket.on("error", () => undefined);
  const isUnderWay = new Promise((resolve) => socket.once("data", resolve));
  socket.write("GET /behave/pieces HTTP/1.1\r\nhost: x\r\n\r\nGET /behave/empty HTTP/1.1\r\nhost: x\r\n\r\n");
  await isUnderWay;
  socket.resetAndDestroy();
  await until(async () => (await (await fetch(`${stopping.url}/next-piece`)).text()) === "true", { what: "the break" });
  await stopping.stop();
  expect(stopping.output()).not.toContain("did not finish in time");
});

test("an error nobody handles in the app ends the host with 1, as it would end the worker", async () => {
  const crashing = await app.start();
  await fetch(`${crashing.url}/crash`).catch(() => undefined);
  expect((await crashing.exited).code).toBe(1);
  expect(crashing.output()).toContain("nobody handles this");
});
