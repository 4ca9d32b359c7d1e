import { getEventListeners } from "node:events";
import { setTimeout as passed } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { tablesConnectionString } from "../../../infra/local/tables/connection.ts";
import { openTables } from "../../../shared/storage/azure.table.ts";
import { tableTransport } from "../../../shared/storage/table-transport.http.ts";
import { accessBy } from "../../support/tables.ts";
import { closedPort } from "../../support/closed-port.ts";
import { until } from "../../support/until.ts";
import { connecting, get, requestOf, saying, serving } from "./answering.ts";

const client = tableTransport();
const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, "abort").length;
const accessAt = (port: number): ReturnType<typeof accessBy> =>
  accessBy(tablesConnectionString(port, Buffer.alloc(64, 7).toString("base64")));

test("a text arrives whole wherever it is cut between two pieces, also within a character", async () => {
  const text = Buffer.from("ž, 👋");
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n`;
  const cuts = Array.from({ length: text.length - 1 }, (_, index) => index + 1);
  const answers = cuts.map(async (at) =>
    get(client, await saying([head, text.subarray(0, at), text.subarray(at)])).then(({ bodyAsText }) => bodyAsText),
  );
  expect(new Set(await Promise.all(answers))).toEqual(new Set(["ž, 👋"]));
});

describe("a request whose signal aborts rejects with an AbortError and leaves no listener", () => {
  test("while its answer is awaited, and its connection is given up", async () => {
    const { signal, abort } = controlled();
    let [asked, closed] = [0, 0];
    const port = await serving(({ socket }) => {
      asked += 1;
      socket.once("close", () => (closed += 1));
    });
    const answer = get(client, port, signal);
    await until(() => asked === 1, { what: "the request arrives" });
    expect(listenersOf(signal)).toBe(1);
    abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(listenersOf(signal)).toBe(0);
    await until(() => closed === 1, { what: "the connection is closed" });
  });

  test("while the rest of its answer is awaited", async () => {
    const { signal, abort } = controlled();
    const port = await saying(["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]);
    const answer = get(client, port, signal);
    setTimeout(abort, 100);
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(listenersOf(signal)).toBe(0);
  });

  test("while it waits for a connection, and is not sent when it gets one", async () => {
    const { signal, abort } = controlled();
    const heard: string[] = [];
    let connections = 0;
    const port = await connecting((socket) => {
      connections += 1;
      socket.on("data", (bytes: Buffer) => heard.push(bytes.toString()));
    });
    const answer = get(client, port, signal);
    abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(listenersOf(signal)).toBe(0);
    await until(() => connections === 1, { what: "there is a connection" });
    await passed(50);
    expect(heard).toEqual([]);
  });

  test("while it waits for a connection that never comes to be", async () => {
    const { signal, abort } = controlled();
    let connections = 0;
    const port = await connecting(() => (connections += 1)); // and never says a word of TLS
    const answer = client.sendRequest(requestOf(`https://127.0.0.1:${port}/`, { abortSignal: signal }));
    await until(() => connections === 1, { what: "TLS is awaited" });
    abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(listenersOf(signal)).toBe(0);
  });

  test("before it began, and is never sent", async () => {
    const { signal, abort } = controlled();
    let connections = 0;
    const port = await connecting(() => (connections += 1));
    abort();
    await expect(get(client, port, signal)).rejects.toMatchObject({ name: "AbortError" });
    await passed(50);
    expect([connections, listenersOf(signal)]).toEqual([0, 0]);
  });
});

test("no listener is left on a signal after success or failure", async () => {
  const { signal } = controlled();
  await get(client, await serving((_request, response) => response.end("{}")), signal);
  expect(listenersOf(signal)).toBe(0);
  for (const port of [await closedPort(), await connecting((socket) => socket.destroy())]) {
    await expect(get(client, port, signal)).rejects.toThrow();
    expect(listenersOf(signal)).toBe(0);
  }
});

test("no listener is left on a table's signal, which many calls share, after calls that were tried again either", async () => {
  const { signal } = controlled();
  let asked = 0;
  const absent = JSON.stringify({ "odata.error": { code: "ResourceNotFound" } });
  const port = await serving((_request, response) => response.writeHead(++asked % 2 === 1 ? 503 : 404).end(absent));
  const { feeds } = openTables(accessAt(port), { endOfCall: () => signal });
  for (let call = 0; call < 3; call += 1) expect(await feeds.find("p", "r")).toBeUndefined();
  expect([asked, listenersOf(signal)]).toEqual([6, 0]);
});

describe("a kept connection that the service closed does not fail the next call", () => {
  const answer = (row: string): string => JSON.stringify({ PartitionKey: "p", RowKey: row });

  test.each([
    ["between the two", false],
    ["as the second was on its way", true],
  ])("%s", async (_, isCrossing) => {
    const [asked, connections] = [new Map<unknown, number>(), new Set<unknown>()];
    const port = await serving(({ socket }, response) => {
      connections.add(socket);
      asked.set(socket, (asked.get(socket) ?? 0) + 1);
      if (asked.get(socket) === 2) socket.destroy();
      else
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(answer("r"), () => isCrossing || setTimeout(() => socket.destroy(), 20));
    });
    const { feeds } = openTables(accessAt(port));
    await feeds.find("p", "r");
    await passed(100); // undici, too, takes a connection again only a moment later
    expect(await feeds.find("p", "r")).toMatchObject({ rowKey: "r" });
    expect([...asked.values()]).toEqual(isCrossing ? [2, 1] : [1, 1]);
  });
});

const controlled = (): { readonly signal: AbortSignal; readonly abort: () => void } => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
};
