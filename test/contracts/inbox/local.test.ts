import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { controlStub, inboxUnderTest, type ControlStub } from "./inbox-under-test.ts";

let phone: ControlStub;
let inbox: Awaited<ReturnType<typeof inboxUnderTest>>;
beforeAll(async () => {
  phone = await controlStub();
  inbox = await inboxUnderTest({
    controls: { WebPush: phone.url, Windows: phone.url, iOS: phone.url, Android: phone.url },
  });
});
afterAll(async () => {
  await inbox.stop();
  await phone.stop();
});
beforeEach(() => {
  phone.asked.length = 0;
  phone.answers = { status: 204, body: undefined };
});

const errorIn = (text: string): string => (JSON.parse(text) as { error: string }).error;
const dismissal = JSON.stringify({ notificationId: "n1", action: "dismiss" });
const json = { "content-type": "application/json" };

test("the page, a program and who types the address read what the stack tells", async () => {
  for (const headers of [
    { "sec-fetch-site": "same-origin", origin: inbox.origin },
    { "sec-fetch-site": "none" },
    {} as Record<string, string>,
  ]) {
    const answer = await inbox.ask("/_local/config", { headers });
    expect(answer, JSON.stringify(headers)).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
    expect(JSON.parse(answer.text)).toMatchObject({ targetHostName: "app.example", clientId: "page" });
  }
});

test.each([
  { what: "another site's page", headers: { "sec-fetch-site": "cross-site", origin: "https://evil.example" } },
  { what: "another port's page", headers: { "sec-fetch-site": "same-site" } },
  { what: "another port's page in an old browser", headers: { origin: "http://127.0.0.1:1" } },
  { what: "a page without an origin", headers: { origin: "null" } },
  { what: "another site's image", headers: { "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" } },
])("$what is told nothing and can do nothing", async ({ headers }) => {
  const path = "/_local/devices/iOS/d1/act";
  const answers = await Promise.all([
    inbox.ask("/_local/config", { headers }),
    inbox.ask("/_local/overview", { headers }),
    inbox.ask(path, { method: "POST", headers: { ...json, ...headers }, body: dismissal }),
  ]);
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    expect(errorIn(answer.text)).toBe("Only the inbox page itself may ask for this.");
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
  }
  expect(phone.asked).toEqual([]);
});

test("a preflight of another origin is granted nothing, whatever origins the app allows", async () => {
  const headers = { origin: "https://evil.example", "access-control-request-method": "POST" };
  const answer = await inbox.ask("/_local/devices/iOS/d1/act", { method: "OPTIONS", headers });
  expect(answer.status).toBe(403);
  expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
});

test("what is done on a device goes to the control API of its push service", async () => {
  const answer = await inbox.ask("/_local/devices/iOS/d1/act", { method: "POST", headers: json, body: dismissal });
  expect(answer).toMatchObject({ status: 204, text: "" });
  expect(phone.asked).toEqual([`POST /_devices/d1/_act ${dismissal}`]);
});

test("a refusal is told in the push service's own words", async () => {
  phone.answers = { status: 409, body: { error: "iPhone is offline." } };
  const answer = await inbox.ask("/_local/devices/iOS/d1/act", { method: "POST", headers: json, body: dismissal });
  expect(answer.status).toBe(409);
  expect(errorIn(answer.text)).toBe("iPhone is offline.");
});

test.each([
  { what: "no JSON", body: "{" },
  { what: "nothing", body: "" },
  { what: "an unknown action", body: JSON.stringify({ notificationId: "n1", action: "eat" }) },
  { what: "more than that", body: JSON.stringify({ notificationId: "n1", action: "read", url: "http://evil" }) },
  { what: "a novel", body: JSON.stringify({ notificationId: "n".repeat(5_000), action: "read" }) },
])("$what is nothing that can be done", async ({ body }) => {
  const answer = await inbox.ask("/_local/devices/iOS/d1/act", { method: "POST", headers: json, body });
  expect(answer.status).toBe(400);
  expect(errorIn(answer.text)).toContain("notificationId");
  expect(phone.asked).toEqual([]);
});

test("what a form can send is not taken", async () => {
  const headers = { "content-type": "text/plain" };
  const answer = await inbox.ask("/_local/devices/iOS/d1/act", { method: "POST", headers, body: dismissal });
  expect(answer.status).toBe(415);
});

test.each([
  "/_local/",
  "/_local/devices",
  "/_local/devices/Symbian/d1/act",
  "/_local/devices/__proto__/d1/act",
  "/_local/devices/iOS/d1/_faults",
  "/_local/devices/iOS/..%2f_faults/act",
  "/_local/devices/iOS//act",
  "/_local/constructor",
])("%s is nothing", async (path) => {
  expect((await inbox.ask(path)).status).toBe(404);
  expect((await inbox.ask(path, { method: "POST", headers: json, body: dismissal })).status).toBe(404);
  expect(phone.asked).toEqual([]);
});

test.each([
  { path: "/_local/config", method: "POST", allow: "GET, HEAD" },
  { path: "/_local/overview", method: "DELETE", allow: "GET, HEAD" },
  { path: "/_local/devices/iOS/d1/act", method: "GET", allow: "POST" },
])("$path is not there for $method", async ({ path, method, allow }) => {
  expect(await inbox.ask(path, { method })).toMatchObject({ status: 405, headers: { allow } });
});
