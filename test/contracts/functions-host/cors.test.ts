import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureApp, type FixtureApp, type Host } from "./host-under-test.ts";

let app: FixtureApp;
let hosts: { readonly some: Host; readonly anyone: Host; readonly none: Host };
beforeAll(async () => {
  app = await fixtureApp("streams");
  const [some, anyone, none] = await Promise.all([
    app.start({ CORS_ALLOWED_ORIGINS: "https://a.example, https://b.example" }),
    app.start({ CORS_ALLOWED_ORIGINS: "*" }),
    app.start(),
  ]);
  hosts = { some, anyone, none };
});
afterAll(async () => {
  await Promise.all(Object.values(hosts).map((host) => host.kill()));
  await app.remove();
});

const corsHeaders = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-") || name === "vary"));

const preflight = (host: Host, origin: string): Promise<Response> =>
  fetch(`${host.url}/rest/x`, {
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "PUT", "access-control-request-headers": "x-one,x-two" },
  });

test("a preflight from an allowed origin is answered by the platform, with leave for what it asks", async () => {
  const answer = await preflight(hosts.some, "https://b.example");
  expect([answer.status, answer.headers.get("x-method")]).toEqual([204, null]);
  expect(corsHeaders(answer)).toEqual({
    "access-control-allow-origin": "https://b.example",
    "access-control-allow-methods": "PUT",
    "access-control-allow-headers": "x-one,x-two",
    vary: "Origin",
  });
});

test("a preflight from elsewhere gets the same answer without leave", async () => {
  const answer = await preflight(hosts.some, "https://evil.example");
  expect([answer.status, corsHeaders(answer)]).toEqual([204, { vary: "Origin" }]);
});

test("an answer names the allowed origin instead of what the app says, and varies by it", async () => {
  const answer = await fetch(`${hosts.some.url}/behave/cookies`, { headers: { origin: "https://a.example" } });
  expect(corsHeaders(answer)).toEqual({ "access-control-allow-origin": "https://a.example", vary: "Accept, Origin" });
});

test("faults of the host itself carry the headers too, or a page could not read them", async () => {
  const answer = await fetch(`${hosts.some.url}/nowhere`, { headers: { origin: "https://a.example" } });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([404, "https://a.example"]);
});

test("without Origin there is nothing to say", async () => {
  expect(corsHeaders(await fetch(`${hosts.some.url}/rest/x`))).toEqual({});
});

test("with * every origin is allowed alike", async () => {
  const answer = await preflight(hosts.anyone, "https://whoever.example");
  expect(corsHeaders(answer)).toMatchObject({ "access-control-allow-origin": "*" });
});

test("OPTIONS that is no preflight is the app's; without the setting, a preflight too", async () => {
  const plain = await fetch(`${hosts.some.url}/rest/x`, { method: "OPTIONS" });
  const unset = await preflight(hosts.none, "https://a.example");
  expect([plain, unset].map((answer) => answer.headers.get("x-method"))).toEqual(["OPTIONS", "OPTIONS"]);
});
