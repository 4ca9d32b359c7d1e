import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpMethod } from "@azure/functions";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { subscribe } from "./api-under-test.ts";
import { deltaQuery, feedClient, feedPath, feedQuery } from "./feed-under-test.ts";

let backends: Backends;
let app: AppInProcess;
type Described = { readonly security?: unknown[]; readonly requestBody?: unknown; readonly responses: object };
let paths: Record<string, Record<string, Described>>;

const allowedAt = async (path: string): Promise<string[]> => {
  const answer = await app.ask("PUT", `/beta${path.replace("{id}", crypto.randomUUID())}`);
  expect(answer.status).toBe(405);
  return (answer.headers.get("allow") ?? "").toLowerCase().split(", ").toSorted();
};

/** The description is of what is served. */
export const openapiCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await heldToItsDescription(await loadApp(backends.settings()));
    paths = (await app.ask("GET", "/beta/openapi.json")).json.paths;
  });
  afterAll(async () => {
    await app.close();
  });

  test("the description names, for each path, just the methods that are served there", async () => {
    expect(Object.keys(paths).length).toBeGreaterThan(7);
    for (const [path, methods] of Object.entries(paths)) {
      expect(await allowedAt(path), path).toEqual(Object.keys(methods).toSorted());
    }
  });

  test("what is described as open answers without a token, and all else asks for one", async () => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const { status } = await app.ask(method.toUpperCase() as HttpMethod, `/beta${path.replace("{id}", "x")}`);
        expect(status, `${method} ${path}`).toBe(security ? 200 : 401);
      }
    }
  });

  test("each prefix describes itself, at the public URL and not at the one that was asked", async () => {
    for (const prefix of ["/beta", "/v1.0"]) {
      const { json, headers } = await app.ask("GET", `${prefix}/openapi.json`);
      expect(json.servers).toEqual([{ url: `http://127.0.0.1:7071${prefix}` }]);
      expect(headers.get("content-type")).toBe("application/json;charset=utf-8");
    }
  });

  // Whatever these answer is held against the description, by status, headers and body: here as in the tests of all the rest.
  test("real answers are what the description says they are", async () => {
    const user = "describes@contoso.com";
    const authorization = await backends.authorization(backends.apps.sample, user);
    const me = feedClient(app, authorization);
    const at = (path = "") => `${feedPath}${path}`;
    const { json: subscribed } = await subscribe(app, authorization);
    await me.ask("GET", at("/subscriptions"));
    await me.ask("GET", at(`/subscriptions/${subscribed.id}`));
    await me.ask("GET", at("/vapidPublicKey"));

    const payload = { rawContent: "raw", visualContent: { title: "Title", body: "Body" } };
    const id = await me.posted({ payload });
    expect((await me.ask("GET", at(`/${id}`))).json).toMatchObject({ payload });
    expect((await me.ask("PATCH", at(`/${id}`), { body: { readState: "read" } })).status).toBe(200);
    expect((await me.ask("PATCH", feedQuery, { body: { all: true, readState: "unread" } })).status).toBe(200);
    expect((await me.ask("DELETE", at(`/${await me.posted()}`))).status).toBe(204);
    expect((await me.ask("GET", feedQuery)).json.value).toHaveLength(1);
    const [first, last] = await me.pages(`${deltaQuery}&$top=1`);
    expect(first!.headers.has("etag")).toBe(false);
    expect(last!.headers.get("etag")).toMatch(/^"/);
    expect((await me.ask("DELETE", at(`/subscriptions/${subscribed.id}`))).status).toBe(204);

    const scope = "Notifications.ReadWrite.CreatedByApp Notifications.Admin";
    const admin = feedClient(app, await backends.authorization(backends.apps.sample, user, { scope }));
    expect((await admin.ask("GET", at(`/${id}/deliveries`))).status).toBe(200);
  });

  test("400 is described just where a request can be wrong, and 412 where If-Match counts", async () => {
    const authorization = await backends.authorization(backends.apps.sample, "describes@contoso.com");
    const me = feedClient(app, authorization);
    const id = await me.posted();
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(methods)) {
        const address = `/beta${path.replace("{id}", id)}`;
        const sent = requestBody ? { body: {} } : {};
        const { status } = await me.ask(method.toUpperCase() as HttpMethod, `${address}?$strange=1`, sent);
        expect(status === 400, `${method} ${path}: ${status}`).toBe("400" in responses);
        if (method === "get" || method === "post") continue;
        const body = requestBody ? { body: { readState: "read", ...(address.endsWith(id) ? {} : { ids: [id] }) } } : {};
        const held = await me.ask(method.toUpperCase() as HttpMethod, address, {
          headers: { "if-match": '"a"' },
          ...body,
        });
        expect(held.status === 412, `${method} ${path}: ${held.status}`).toBe("412" in responses);
      }
    }
    expect((await me.ask("DELETE", `${feedPath}/${id}`, { headers: { "if-match": "a" } })).status).toBe(400);
  });

  test("the page for people loads nothing from elsewhere, and all it loads is there", async () => {
    const page = await app.ask("GET", "/docs");
    expect(page.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const links = [...page.text.matchAll(/(?:src|href|data-description)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links.filter((one) => one !== "data:,")) {
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:7071\//);
      expect((await app.ask("GET", new URL(link).pathname)).status, link).toBe(200);
    }
    for (const path of ["/docs", "/docs/start.js"]) {
      const head = await app.ask("HEAD", path);
      expect([head.status, head.text], path).toEqual([200, ""]);
    }
    expect((await app.ask("GET", "/docs/..%2f..%2fpackage.json")).status).toBe(404);
    expect((await app.ask("GET", "/docs/LICENSE")).status).toBe(404);
  });
};
