import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpMethod } from "@azure/functions";
import * as answers from "../../../functions/api/openapi/answers.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import type { Backends } from "../../support/backends.ts";
import { notification, post, sampleHost, subscribe, unsidOf } from "./api-under-test.ts";

let backends: Backends;
let app: AppInProcess;
let paths: Record<string, Record<string, { security?: unknown[] }>>;

const allowedAt = async (path: string): Promise<string[]> => {
  const answer = await app.ask("PUT", `/beta${path.replace("{id}", crypto.randomUUID())}`);
  expect(answer.status).toBe(405);
  return (answer.headers.get("allow") ?? "").toLowerCase().split(", ").toSorted();
};

/** The description is of what is served. */
export const openapiCases = (shared: () => Backends): void => {
  beforeAll(async () => {
    backends = shared();
    app = await loadApp(backends.settings());
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

  test("real answers are what the description says they are", async () => {
    const user = "describes@contoso.com";
    const authorization = await backends.authorization(backends.apps.sample, user);
    const get = async (path: string): Promise<unknown> =>
      (await app.ask("GET", `/beta/me/notifications${path}`, { headers: { authorization } })).json;
    const subscribed = await subscribe(app, authorization);
    answers.subscribedAnswer.parse(subscribed.json);
    answers.subscriptionsAnswer.parse(await get("/subscriptions"));
    answers.subscriptionAnswer.parse(await get(`/subscriptions/${subscribed.json.id}`));
    answers.vapidAnswer.parse(await get("/vapidPublicKey"));

    const unsid = await unsidOf(app, backends, user);
    const visual = { payload: { rawContent: "raw", visualContent: { title: "Title", body: "Body" } } };
    const headers = { authorization: await backends.authorization(backends.apps.sample) };
    const posted = await post(app, notification(visual), { unsid, headers });
    answers.acceptedAnswer.parse(posted.json);
    answers.entityAnswer.parse(await get(`/${posted.json.id}`));
    const mark = {
      headers: { authorization, "content-type": "application/json" },
      body: { all: true, readState: "read" },
    };
    const marked = await app.ask("PATCH", `/beta/me/notifications?targetHostName=${sampleHost}`, mark);
    answers.markedAnswer.parse(marked.json);
    expect(answers.listAnswer.parse(await get("")).value).toHaveLength(1);
    const { json: other } = await post(app, notification(), { unsid, headers });
    await app.ask("DELETE", `/beta/me/notifications/${other.id}`, { headers: { authorization } });
    expect(answers.deltaAnswer.parse(await get("/delta")).value).toHaveLength(2);
    answers.errorAnswer.parse((await post(app, { targetHostName: 7 }, { unsid, headers })).json);
  });

  test("the page for people loads nothing from elsewhere, and all it loads is there", async () => {
    const page = await app.ask("GET", "/docs");
    expect(page.headers.get("content-type")).toBe("text/html;charset=utf-8");
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const links = [...page.text.matchAll(/(?:src|href|data-description)="([^"]+)"/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^http:\/\/127\.0\.0\.1:7071\//);
      expect((await app.ask("GET", new URL(link).pathname)).status, link).toBe(200);
    }
    expect((await app.ask("GET", "/docs/..%2f..%2fpackage.json")).status).toBe(404);
    expect((await app.ask("GET", "/docs/LICENSE")).status).toBe(404);
  });
};
