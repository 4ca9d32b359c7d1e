import { afterAll, beforeAll, expect, test } from "vitest";
import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

let app: FixtureApp;
let host: Host;
beforeAll(async () => {
  app = await fixtureApp("messages", { version: "2.0" });
  host = await app.start();
});
afterAll(async () => {
  await host.kill();
  await app.remove();
});

const traceId = "0af7651916cd43dd8448eb211c80319c";

test("a request arrives whole, under the standard route prefix, in the caller's trace", async () => {
  const answer = await fetch(`${host.url}/api/seen/a%20name?q=%C3%BC`, {
    method: "POST",
    body: "hello",
    headers: { "x-custom": "yes", traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(await answer.json()).toEqual({
    url: `${host.url}/api/seen/a%20name?q=%C3%BC`,
    params: { name: "a name" },
    query: "ü",
    custom: "yes",
    traceParent: expect.stringMatching(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`)) as string,
    body: "hello",
  });
});

test("a body without Content-Length arrives empty: a hole of Azure's host, kept so that nobody relies on more", async () => {
  const request = httpRequest(`${host.url}/api/seen/x`, { method: "POST" });
  request.write("lost");
  request.end();
  const body = await new Promise<string>((resolve) => request.on("response", (answer) => resolve(text(answer))));
  expect(JSON.parse(body)).toMatchObject({ body: "" });
});

test("hooks run in their order and may change function, answer and log", async () => {
  const answer = await fetch(`${host.url}/api/seen/x`);
  expect(answer.status).toBe(203);
  const lines = host.output().split("\n");
  expect(lines).toEqual(
    expect.arrayContaining(["the app starts", "a *** line", "warn: a warning", "after: seen, fine"]),
  );
  expect(host.output()).not.toContain("not shown");
});

test("cookies are written as RFC 6265 has them", async () => {
  const answer = await fetch(`${host.url}/api/seen/x`);
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^a=1%3B2; Max-Age=60; .*SameSite=Strict; Secure$/),
  ]);
});

test("HEAD has the headers and no body", async () => {
  const answer = await fetch(`${host.url}/api/seen/x`, { method: "HEAD" });
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    203,
    "application/json",
    "",
  ]);
});

test("a function that returns nothing is a 204, one that throws a 500 without a body", async () => {
  const nothing = await fetch(`${host.url}/api/nothing`);
  expect([nothing.status, await nothing.text()]).toEqual([204, ""]);
  const thrown = await fetch(`${host.url}/api/throws`);
  expect([thrown.status, await thrown.text()]).toEqual([500, ""]);
  expect(host.output()).toContain("after: seen, failed");
});
