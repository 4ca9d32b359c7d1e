import type { HttpMethod } from "@azure/functions";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { newChannel, publicUrl, startBackends, type Backends } from "../../support/backends.ts";
import { feedApiCases } from "../../client/feed-api/feed-api.cases.ts";
import { serviceApi } from "../../client/feed-api/service-api.ts";

const targetHostName = "graphnotifications.sample.windows.com";

describe("the service", () => {
  let backends: Backends;
  let app: AppInProcess;
  let users = 0;
  beforeAll(async () => {
    backends = await startBackends();
    app = await loadApp(backends.settings());
    // The service itself asks others, at their own addresses.
    const { fetch } = globalThis;
    vi.stubGlobal("fetch", (url: string, request: RequestInit) =>
      url.startsWith(publicUrl) ? fetchInProcess(url, request) : fetch(url, request),
    );
  });
  afterAll(async () => {
    vi.unstubAllGlobals();
    await app.close();
    await backends.stop();
  });

  /** A page of another origin: it may read no header but those that CORS exposes. */
  const fetchInProcess = async (url: string, { method = "GET", headers, body }: RequestInit): Promise<Response> => {
    const answer = await app.ask(method as HttpMethod, url.slice(publicUrl.length), {
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === "string" && { body }),
    });
    const exposed = ["location", "etag", "retry-after"].flatMap((name): [string, string][] => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers: exposed });
  };
  const newUser = async () => {
    users += 1;
    const authorization = await backends.authorization(backends.apps.sample, `client${users}@contoso.com`);
    const getToken = () => Promise.resolve(authorization.slice("Bearer ".length));
    const options = { baseUrl: publicUrl, targetHostName, getToken };
    return { authorization, options, api: serviceApi(options) };
  };

  feedApiCases(async () => {
    const { authorization, api } = await newUser();
    return {
      api,
      post: async (appNotificationId, rawContent) => {
        const { json } = await app.ask("POST", "/beta/me/notifications", {
          headers: { authorization, "content-type": "application/json" },
          body: { targetHostName, appNotificationId, payload: { rawContent } },
        });
        return String(json.id);
      },
    };
  });

  test("subscribes a browser, renews it, and ends it however often that is asked; a UNSID that has ended locks nobody out", async () => {
    const { options, api } = await newUser();
    expect(await api.vapidPublicKey()).toEqual({ kind: "ok", value: backends.secrets.vapid.publicKey });
    const applicationServerKey = backends.secrets.vapid.publicKey;
    const wish = { targetHostName, deviceId: crypto.randomUUID(), displayName: "Firefox" };
    const first = await api.subscribe({
      ...wish,
      channel: { ...newChannel(), expirationTime: null, applicationServerKey },
    });
    const again = await api.subscribe({ ...wish, channel: newChannel() });
    if (first.kind !== "ok" || again.kind !== "ok") throw new Error(`${first.kind} ${again.kind}`);
    expect(again.value.userNotificationSubscriptionId).toBe(first.value.userNotificationSubscriptionId);
    const refused: string[] = [];
    const withUnsid = serviceApi({
      ...options,
      unsid: () => first.value.userNotificationSubscriptionId,
      onUnsidRefused: (unsid) => refused.push(unsid),
    });
    expect([(await withUnsid.delta({})).kind, refused]).toEqual(["ok", []]);
    for (let times = 0; times < 2; times += 1) expect((await api.unsubscribe(first.value.id)).kind).toBe("ok");
    expect((await withUnsid.delta({})).kind).toBe("ok");
    expect(refused).toEqual([first.value.userNotificationSubscriptionId]);
  });

  test("another app's feed is forbidden, and without a token nobody is let in", async () => {
    const { options } = await newUser();
    const strange = serviceApi({ ...options, targetHostName: "somebody.elses.app" });
    expect((await strange.delta({})).kind).toBe("forbidden");
    const nobody = serviceApi({ ...options, getToken: () => Promise.resolve("none") });
    expect((await nobody.delta({})).kind).toBe("unauthorized");
  });
});
