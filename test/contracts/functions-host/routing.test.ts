import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
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

/** Sends the bytes of one request as they are, which fetch would tidy up, and reads all that comes. */
const raw = (requestLine: string, { host: name = "local", version = "1.1" } = {}): Promise<string> => {
  const socket = connect(Number(new URL(host.url).port), "127.0.0.1");
  const hostLine = name === "" ? "" : `host: ${name}\r\n`;
  socket.write(`${requestLine} HTTP/${version}\r\n${hostLine}connection: close\r\n\r\n`);
  return text(socket);
};
const seen = async (path: string): Promise<{ url: string; params: Record<string, string> }> => {
  const answer = await raw(`GET ${path}`);
  const json = answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1);
  return JSON.parse(json) as { url: string; params: Record<string, string> };
};

test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])(
  "%s reaches a function that takes it",
  async (method) => {
    const answer = await fetch(`${host.url}/rest/x`, { method });
    expect([answer.status, answer.headers.get("x-method")]).toEqual([200, method]);
  },
);

test.each(["TRACE", "CONNECT"])("%s is refused by the host though the function asked for it", async (method) => {
  expect(await raw(`${method} ${method === "CONNECT" ? "local:80" : "/rest/x"}`)).toMatch(/^HTTP\/1.1 404 /);
});

test.each([
  ["GET", "/nowhere"],
  ["DELETE", "/standard"],
  ["HEAD", "/standard"],
  ["GET", "/admin/functions"],
  ["GET", "/Runtime"],
])("%s %s is a 404 without a body, as on Azure", async (method, path) => {
  const answer = await fetch(host.url + path, { method });
  expect([answer.status, await answer.text()]).toEqual([404, ""]);
});

test.each([
  ["/standard", "/standard", {}],
  ["/STANDARD/", "/STANDARD/", {}],
  ["/items/5/parts", "/items/5/parts", { id: "5" }],
  ["/Items/a%20b/parts/c%2Fd", "/Items/a%20b/parts/c%2Fd", { id: "a b", part: "c%2Fd" }],
  ["/rest", "/rest", {}],
  ["/rest/a//b/", "/rest/a//b/", { path: "a//b" }],
  ["/rest/%41/%2e%2e/b/./c?q=%2e%2e/", "/rest/b/c?q=%2e%2e/", { path: "b/c" }],
  ["/rest/%e2%82%ac", "/rest/%E2%82%AC", { path: "€" }],
  ["http://other.example/rest/x", "/rest/x", { path: "x" }],
])("the path %s reaches the app as %s", async (sent, arrives, params) => {
  expect(await seen(sent)).toMatchObject({ url: `http://local${arrives}`, params });
});

test.each(["local/rest/x?", "a b", "[", "@", "user@local", "http://local", "local:99999", ":80", "%", "local\\x"])(
  "a Host header that names no host (%s) is refused: the app's URL begins with it",
  async (name) => {
    expect(await raw("GET /nowhere", { host: name })).toMatch(/^HTTP\/1.1 400 /);
  },
);

test.each([
  ["[::1]:8080", "http://[::1]:8080/rest/x"],
  ["LOCAL:7071", "http://local:7071/rest/x"],
])("the Host header %s is taken", async (name, url) => {
  expect(await raw("GET /rest/x", { host: name })).toContain(JSON.stringify(url));
});

test("a request of HTTP/1.0 without a Host header finds its path, as a simple probe's must", async () => {
  expect(await raw("GET /rest/x", { host: "", version: "1.0" })).toContain('"http://localhost/rest/x"');
});

test("every listening socket, the library's own included, is on loopback", async () => {
  const answer = await fetch(`${host.url}/listening`);
  const endpoints = (await answer.json()) as { ip4?: string; ip6?: string; port: number }[];
  expect(endpoints.length).toBeGreaterThanOrEqual(2);
  for (const endpoint of endpoints) expect(endpoint).toMatchObject({ ip4: "127.0.0.1" });
});
