import { text } from "node:stream/consumers";
import { createDefaultHttpClient, createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { describe, expect, test, vi } from "vitest";
import { openTables } from "../../../shared/storage/azure.table.ts";
import { tableTransport } from "../../../shared/storage/table-transport.http.ts";
import { closedPort } from "../../support/closed-port.ts";
import { accessBy } from "../../support/tables.ts";
import { startTlsServer } from "../egress/tls-server.ts";
import { connecting, get, requestOf, saying, serving } from "./answering.ts";

/** Ours, and the one whose place it takes. */
const [ours, sdks] = [tableTransport(), createDefaultHttpClient()];

type Told = { readonly name: string; readonly code?: string; readonly statusCode?: number };
const failureOf = async (client: HttpClient, url: string): Promise<Told> => {
  const failure: unknown = await client.sendRequest(requestOf(url)).then(
    () => ({ name: "none" }),
    (error: unknown) => error,
  );
  const { name, code, statusCode } = failure as Told;
  return { name, ...(code && { code }), ...(statusCode && { statusCode }) };
};

const hints = "HTTP/1.1 103 Early Hints\r\nx-ms-early: 1\r\n\r\n";
const loopback = (port: number): string => `http://127.0.0.1:${port}/`;
const broken = (start: string): Promise<number> =>
  connecting((socket) => socket.once("data", () => socket.write(start, () => setTimeout(() => socket.destroy(), 20))));

describe("a failure has the code that the SDK's own transport gives it, by which the SDK knows what may be tried again", () => {
  test.each<[string, string, () => Promise<string>]>([
    ["ECONNREFUSED", "nobody listens", async () => loopback(await closedPort())],
    [
      "ECONNREFUSED",
      "nobody listens at any of a name's addresses",
      async () => `http://localhost:${await closedPort()}/`,
    ],
    ["ENOTFOUND", "there is no such host", () => Promise.resolve("https://something.invalid/")],
    [
      "ECONNRESET",
      "the connection is closed at once",
      async () => loopback(await connecting((socket) => socket.end())),
    ],
    ["ECONNRESET", "it is reset at once", async () => loopback(await connecting((socket) => socket.resetAndDestroy()))],
    ["ECONNRESET", "it is closed before an answer", async () => loopback(await broken(""))],
    ["ECONNRESET", "it is closed amid the head", async () => loopback(await broken("HTTP/1.1 200 OK\r\nx-m"))],
    ["ECONNRESET", "it is closed after early hints", async () => loopback(await broken(hints))],
    [
      "PARSE_ERROR",
      "the body breaks off",
      async () => loopback(await broken("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")),
    ],
    [
      "PARSE_ERROR",
      "the body breaks off in a piece",
      async () => loopback(await broken("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf")),
    ],
  ])("%s: %s", async (code, _, place) => {
    const url = await place();
    const told = await failureOf(ours, url);
    expect(told).toEqual(await failureOf(sdks, url));
    expect(told).toMatchObject({ name: "RestError", code });
  });

  test("a certificate of nobody's we trust is refused, before anything is asked", async () => {
    let asked = 0;
    const server = await startTlsServer((_request, response) => response.end(String((asked += 1))));
    const url = `https://127.0.0.1:${server.port}/`;
    const told = await failureOf(ours, url);
    expect(told).toEqual(await failureOf(sdks, url));
    expect(told).toMatchObject({ name: "RestError", code: expect.stringMatching(/CERT|SIGNATURE/) as string });
    expect(asked).toBe(0);
    await server.stop();
  });
});

const head = (...lines: string[]): string => ["HTTP/1.1 200 OK", ...lines, "", ""].join("\r\n");

describe("an answer is told as the SDK's own transport tells it", () => {
  test.each<[string, string]>([
    ["with a body", `${head("Content-Type: application/json", "ETag: W/\"datetime'2026'\"", "Content-Length: 2")}{}`],
    ["in pieces", `${head("Transfer-Encoding: chunked")}2\r\n{}\r\n1\r\n \r\n0\r\n\r\n`],
    ["with a header that comes twice", head("x-ms-a: 1", "X-MS-A: 2", "Content-Length: 0")],
    ["with an empty header", head("x-ms-none:", "Content-Length: 0")],
    ["with a header beyond ASCII", head("x-ms-name: é", "Content-Length: 0")],
    ["empty", "HTTP/1.1 204 No Content\r\nx-ms-version: 2019-02-02\r\n\r\n"],
    ["a refusal", "HTTP/1.1 409 Conflict\r\nContent-Length: 4\r\n\r\nfull"],
    ["not modified", "HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"],
    ["after early hints", `${hints}${head("Content-Length: 2")}{}`],
    ["of an older HTTP", "HTTP/1.0 200 OK\r\n\r\nuntil the end"],
  ])("%s", async (_, answer) => {
    const port = await saying([Buffer.from(answer, "latin1")], { close: answer.startsWith("HTTP/1.0") });
    const [our, their] = [await get(ours, port), await get(sdks, port)];
    expect(our.status).toBe(their.status);
    expect(our.headers.toJSON()).toEqual(their.headers.toJSON());
    expect(our.bodyAsText).toBe(their.bodyAsText);
  });
});

test.each(["POST", "PUT", "PATCH", "DELETE", "GET"] as const)(
  "a %s arrives as the SDK's own sends it",
  async (method) => {
    const port = await serving((request, response) => {
      const { connection: _, ...headers } = request.headers; // each transport's own affair
      const told = async (): Promise<object> => ({
        method: request.method,
        url: request.url,
        headers,
        body: await text(request),
      });
      void told().then((heard) => response.end(JSON.stringify(heard)));
    });
    const bodies = method === "GET" || method === "DELETE" ? [undefined] : ["ž👋", ""];
    for (const body of bodies) {
      const heard = [ours, sdks].map(async (client) => {
        const headers = createHttpHeaders({ "If-Match": "*", "Accept-Encoding": "identity" });
        const url = `http://127.0.0.1:${port}/feeds(PartitionKey='a%20b')?$filter=a%20eq%20'ž'`;
        const request = requestOf(url, { method, headers, ...(body !== undefined && { body }) });
        return JSON.parse((await client.sendRequest(request)).bodyAsText ?? "") as unknown;
      });
      const [our, their] = await Promise.all(heard);
      expect(our).toEqual(their);
      expect(our).toMatchObject({ method, body: body ?? "" });
    }
  },
);

test("plain HTTP that was not allowed is refused in the SDK's own words, and not sent", async () => {
  let asked = 0;
  const url = loopback(await serving((_request, response) => response.end(String((asked += 1)))));
  const refused = ours.sendRequest(requestOf(url, { allowInsecureConnection: false }));
  await expect(refused).rejects.toThrow(`Cannot connect to ${url} while allowInsecureConnection is false.`);
  expect(asked).toBe(0);
});

test("where a proxy is set, tables are asked by it alone", async () => {
  const asked: string[] = [];
  const port = await connecting((socket) =>
    socket.once("data", (bytes: Buffer) => {
      asked.push(bytes.toString().split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    }),
  );
  vi.stubEnv("HTTPS_PROXY", loopback(port));
  const { feeds } = openTables(
    accessBy("AccountName=a;AccountKey=a2V5;TableEndpoint=https://something.invalid/a;DefaultEndpointsProtocol=https"),
  );
  await expect(feeds.find("p", "r")).rejects.toThrow("denies this app access (403)");
  expect(asked).toEqual(["CONNECT something.invalid:443 HTTP/1.1"]);
});
