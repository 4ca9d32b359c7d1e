import { beforeEach, expect, test } from "vitest";
import type { Foundation, ServiceApiOptions } from "../../../shared/client/compatibility/foundation.ts";
import { UserNotificationApi } from "../../../shared/client/compatibility/user-notification-api.ts";
import type { DeltaPage, Setback } from "../../../shared/client/feed-api.ts";
import { memoryLocalStore } from "../../../shared/client/local-store.memory.ts";
import { memoryRegistrationStore } from "../../../shared/client/registration-store.memory.ts";
import { modelFeedApi } from "../model-feed-api.ts";
import { modelFeed } from "../model-feed.ts";

/** What the service was asked as, call by call. */
let asked: ServiceApiOptions[];
let deltaAnswer: Setback | undefined;

beforeEach(() => {
  asked = [];
  deltaAnswer = undefined;
});

const foundation = (urls: { readonly configured?: string; readonly serving?: string }): Foundation => ({
  registrations: memoryRegistrationStore(),
  givenStore: memoryLocalStore,
  serviceApi: (options) => {
    asked.push(options);
    const api = modelFeedApi(modelFeed());
    return { ...api, delta: (ask) => (deltaAnswer ? Promise.resolve(deltaAnswer) : api.delta(ask)) };
  },
  configuredUrl: () => urls.configured,
  servingUrl: () => urls.serving,
  now: () => Date.UTC(2026, 0, 31, 12),
});

const subscription = { toJSON: () => ({ endpoint: "https://push.example/1" }) } as unknown as PushSubscription;

test("the service is the one the app names, else where it is subscribed, else where the script comes from", async () => {
  const urls: { configured?: string; serving?: string } = { serving: "https://serving" };
  const client = new UserNotificationApi(foundation(urls), "a token");
  await client.getAllNotificationsAsync();
  await client.subscribeToUserNotificationsAsync("app.contoso.com", "A browser", subscription);
  urls.serving = "https://another";
  await client.getAllNotificationsAsync();
  urls.configured = "https://configured";
  await client.getAllNotificationsAsync();
  expect(asked.map(({ baseUrl, targetHostName }) => [baseUrl, targetHostName])).toEqual([
    ["https://serving", undefined],
    ["https://serving", "app.contoso.com"],
    ["https://serving", "app.contoso.com"],
    ["https://configured", "app.contoso.com"],
  ]);
});

test("an app that brings the script along and names no service is told what to do", async () => {
  const client = new UserNotificationApi(foundation({}), "a token");
  await expect(client.getAllNotificationsAsync()).rejects.toThrow("configure({ baseUrl })");
});

test("a refused token is replaced once the app has set another, and by nothing else; none is none", async () => {
  const client = new UserNotificationApi(foundation({ serving: "https://serving" }), null);
  await client.getAllNotificationsAsync();
  const { getToken } = asked[0]!;
  expect(await getToken({ isRefused: false })).toBeUndefined();
  client.oAuthAccessToken = "first";
  expect(await getToken({ isRefused: false })).toBe("first");
  expect(await getToken({ isRefused: true })).toBeUndefined();
  client.oAuthAccessToken = "second";
  expect(await getToken({ isRefused: true })).toBe("second");
});

test("where the host name has to be said and nobody knows it, the browser is not subscribed; else the request is at fault", async () => {
  const client = new UserNotificationApi(foundation({ serving: "https://serving" }), "a token");
  deltaAnswer = { kind: "refused", status: 400, reason: "targetHostName is required" } satisfies Setback;
  const nothing = { userNotifications: [] as DeltaPage["changes"] };
  expect(await client.getAllNotificationsAsync()).toEqual({ status: 3, ...nothing });
  await client.subscribeToUserNotificationsAsync("app.contoso.com", "A browser", subscription);
  expect(await client.getAllNotificationsAsync()).toEqual({ status: 4, ...nothing });
});

test("an action state the original did not have is refused without asking", async () => {
  const client = new UserNotificationApi(foundation({ serving: "https://serving" }), "a token");
  expect(await client.updateNotificationUserActionStateAsync("n1", 7 as 0)).toEqual({
    notificationId: "n1",
    succeeded: false,
    status: 4,
  });
  expect(asked).toEqual([]);
});
