import { expect, test } from "vitest";
import { loadApp } from "../../support/app-in-process.ts";
import { publicUrl, type Backends } from "../../support/backends.ts";
import { notification, postPath, sampleHost, subscribe, subscriptionMembers } from "./api-under-test.ts";
import { app, authorization, backends, oneAppAccepts, unsid } from "./accept-under-test.ts";
import { acceptedAnswerCases } from "./accept-answers.cases.ts";
import { acceptedBodyCases } from "./accept-bodies.cases.ts";
import { acceptOnceCases } from "./accept-once.cases.ts";

/** What a caller is answered whose notification is taken, and whose other requests are. */
export const acceptCases = (shared: () => Backends): void => {
  oneAppAccepts(shared);
  acceptedAnswerCases();
  acceptOnceCases();
  acceptedBodyCases();

  test("the caller's own request id is echoed when it is short and visible, else ours is given twice", async () => {
    const ids = async (given: string) => {
      const { headers } = await app.ask("GET", "/health/live", { headers: { "client-request-id": given } });
      return [headers.get("request-id"), headers.get("client-request-id")];
    };
    expect((await ids("x".repeat(128)))[1]).toBe("x".repeat(128));
    for (const bad of ["x".repeat(129), "two words", ""]) {
      const [ours, theirs] = await ids(bad);
      expect(theirs).toBe(ours);
    }
  });

  test("a page of an allowed origin may read our headers, another may not", async () => {
    const open = await loadApp(backends.settings({ CORS_ALLOWED_ORIGINS: "https://app.contoso.com" }));
    const exposedTo = async (origin: string, path = "/health/live") =>
      (await open.ask("GET", path, { headers: { origin } })).headers.get("access-control-expose-headers");
    const exposed = "Location, ETag, Retry-After, request-id, client-request-id";
    // Of faults too.
    for (const path of ["/health/live", "/nowhere", "/beta/me/notifications", "/beta/me/notifications/delta/"]) {
      expect(await exposedTo("https://app.contoso.com", path)).toBe(exposed);
      expect(await exposedTo("https://evil.example", path)).toBeNull();
    }
    await open.close();
  });

  test("subscribing answers with a UNSID, again with the same one, and says nothing of the channel", async () => {
    const asUser = await backends.authorization(backends.apps.sample, "new.user@contoso.com");
    const first = await subscribe(app, asUser, { deviceId: "laptop" });
    expect(first.status).toBe(201);
    expect(Object.keys(first.json as object)).toEqual(subscriptionMembers);
    expect(first.json).toMatchObject({ targetHostName: sampleHost, platformType: "WebPush", deviceId: "laptop" });
    expect(first.headers.get("location")).toBe(`${publicUrl}/beta/me/notifications/subscriptions/${first.json.id}`);
    const second = await subscribe(app, asUser, { deviceId: "laptop" });
    expect(second.status).toBe(200);
    expect(second.json.userNotificationSubscriptionId).toBe(first.json.userNotificationSubscriptionId);
    expect(second.headers.get("location")).not.toContain(first.json.userNotificationSubscriptionId);
  });

  test("the service's own push key is told without a token", async () => {
    const { status, json } = await app.ask("GET", "/v1.0/me/notifications/vapidPublicKey");
    expect([status, json]).toEqual([200, { publicKey: backends.secrets.vapid.publicKey }]);
  });

  test("a request whose Host header lies gets links to the public URL all the same", async () => {
    const headers = { authorization, "x-uns-id": unsid, "content-type": "application/json", host: "evil.example" };
    const answer = await app.ask("POST", postPath, { headers, body: notification() });
    expect(`${answer.text} ${answer.headers.get("location") ?? ""}`).not.toMatch(/evil|other\.host/);
  });
};
