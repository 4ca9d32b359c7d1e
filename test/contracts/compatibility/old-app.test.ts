import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import { notification, post, sampleHost, subscribePath } from "../api/api-under-test.ts";
import { pushSettingsOf, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { publicUrl, startBackends, type Backends } from "../../support/backends.ts";
import { oldPage, oldWorker } from "./old-app.ts";
import { oldBrowser, type Databases, type OldBrowser, type Requested } from "./old-browser.ts";

let backends: Backends;
let vendor: LocalService;
let app: AppInProcess;
let library: string;

beforeAll(async () => {
  [backends, vendor] = await Promise.all([startBackends(), startLocalService()]);
  app = await loadApp(
    backends.settings({
      ...pushSettingsOf(vendor),
      THROTTLE_USER_WRITES_PER_5_MINUTES: "6",
    }),
  );
  ({ text: library } = await app.ask("GET", "/client/graph-notifications-library.js"));
});
afterAll(async () => {
  await app.close();
  await Promise.all([vendor.stop(), backends.stop()]);
});

let device: NewDevice;
let browser: OldBrowser;
let isOffline: boolean;
let user: string;

beforeEach(async () => {
  device = await vendor.control.createDevice({ applicationServerKey: vendor.keys.publicKey });
  isOffline = false;
  user = `${crypto.randomUUID()}@contoso.com`;
  browser = await newBrowser();
});

const newBrowser = async (more: { readonly indexedDB?: Databases } = {}): Promise<OldBrowser> => {
  const made = oldBrowser({
    ...more,
    library,
    workerScript: oldWorker("./graph-notifications-library.js"),
    channel: device.channel,
    applicationServerKey: vendor.keys.publicKey,
    fetch: async (url, { method = "GET", headers = {}, body }) => {
      if (isOffline) throw new TypeError("Failed to fetch");
      expect(url).toContain(`${publicUrl}/beta/`);
      const given = { headers: headers as Record<string, string>, ...(body !== undefined && { body }) };
      const answer = await app.ask(method as "GET", url.slice(publicUrl.length), given);
      return new Response(answer.status === 204 ? null : answer.text, answer);
    },
  });
  made.localStorage.set("token", await newToken());
  return made;
};

const newToken = async (): Promise<string> =>
  (await backends.authorization(backends.apps.sample, user)).replace("Bearer ", "");

const subscribed = async () => {
  const page = browser.open(oldPage(vendor.keys.publicKey));
  expect(await page.subscribe(sampleHost), JSON.stringify(page.answer)).toBe(true);
  return { page, unsid: String(page.answer.userNotificationSubscriptionId) };
};

/** The app's server posts, and the browser's push service hands on what the service sent it. */
const send = async (rawContent: string, unsid: string): Promise<string> => {
  const authorization = await backends.authorization(backends.apps.sample);
  const answer = await post(app, notification({ payload: { rawContent } }), { unsid, headers: { authorization } });
  expect(answer.status, answer.text).toBe(201);
  const before = (await pushed()).length;
  // What is waiting before it is word of changes, of which browsers are not told.
  while ((await pushed()).length === before) await app.deliver((await backends.bus.take(1))[0]?.body);
  await browser.push((await pushed()).at(-1) ?? "");
  return String(answer.json.id);
};

/** The texts of the pushes that came for this browser. */
const pushed = async (): Promise<(string | null)[]> =>
  (await vendor.control.received())
    .filter(({ deviceId }) => deviceId === device.deviceId)
    .map(({ content }) => content);

test("subscribed on the page, its worker, which never subscribed and has no token, shows what the app's server posts", async () => {
  const { page, unsid } = await subscribed();
  expect(page.answer).toEqual({
    userNotificationSubscriptionId: unsid,
    expirationDateTime: expect.anything(),
    status: 0,
  });
  const lifeDays = (Date.parse(String(page.answer.expirationDateTime)) - Date.now()) / 86_400_000;
  expect(lifeDays).toBeCloseTo(30, 1);
  const id = await send("Dinner is ready", unsid);
  expect(browser.toasts).toMatchObject([{ title: "Notification received", body: "Dinner is ready", data: { id } }]);
  expect(JSON.parse(browser.printed[0]!)).toMatchObject({
    isUserNotificationPush: true,
    status: 0,
    userNotifications: [{ id, lastModifiedDateTime: null, status: "active", readState: false, userActionState: 0 }],
  });
});

test("content too large for a push is fetched, once the worker has been passed a token; then nothing of it was lost", async () => {
  const { page, unsid } = await subscribed();
  await send("1".repeat(5_000), unsid);
  expect(browser.toasts).toEqual([]);
  expect(JSON.parse(browser.printed[0]!)).toEqual({ isUserNotificationPush: true, status: 2, userNotifications: [] });
  await page.refreshToken();
  await send("2".repeat(5_000), unsid);
  expect(browser.toasts.map(({ body }) => body)).toEqual(["2".repeat(5_000)]);
  expect(contentsOf(browser.printed[1])).toEqual(["2".repeat(5_000), "1".repeat(5_000)]);

  // What it has given it remembers in the browser, not in the worker.
  browser.stopWorker();
  await page.refreshToken();
  await send("3".repeat(5_000), unsid);
  expect(contentsOf(browser.printed[2])).toEqual(["3".repeat(5_000)]);
});

test("the page lists all, newest first, and what it changes and deletes is so at the service", async () => {
  const { page, unsid } = await subscribed();
  const first = await send("First", unsid);
  const second = await send("Second", unsid);
  expect(await page.getAll()).toEqual(["Second", "First"]);
  expect(await page.setRead(first, true)).toBe(true);
  expect(page.answer).toEqual({ notificationId: first, succeeded: true, status: 0 });
  expect(await page.setAction(second, "Snoozed")).toBe(true);
  await page.getAll();
  expect(JSON.parse(JSON.stringify(page.answer))).toMatchObject({
    status: 0,
    userNotifications: [
      { id: second, readState: false, userActionState: 3, status: "updated" },
      { id: first, readState: true, userActionState: 0, status: "updated" },
    ],
  });
  expect(await page.remove(first)).toBe(true);
  expect(await page.getAll()).toEqual(["Second"]);
  expect(await page.setRead(first, false)).toBe(false);
  expect(page.answer).toMatchObject({ notificationId: first, succeeded: false, status: 4 });
});

test("a click in the worker, which has a token, writes what the user did", async () => {
  const { page, unsid } = await subscribed();
  await page.refreshToken();
  await send("Click me", unsid);
  await browser.click();
  await page.getAll();
  expect(page.answer).toMatchObject({ userNotifications: [{ userActionState: 1, readState: false }] });
});

test("what the service refuses, or cannot be asked, is a status and never an exception", async () => {
  const { page, unsid } = await subscribed();
  const id = await send("One", unsid);
  isOffline = true;
  expect(await page.getAll()).toEqual([]);
  expect(page.answer.status).toBe(6);
  isOffline = false;
  browser.localStorage.set("token", "not a token");
  await page.refreshToken();
  expect(await page.setRead(id, true)).toBe(false);
  expect(page.answer.status).toBe(2);
  browser.localStorage.set("token", await newToken());
  await page.refreshToken();
  const answers: unknown[] = [];
  for (let times = 0; times < 6; times += 1) {
    await page.setRead(id, times % 2 === 0);
    answers.push(page.answer.status);
  }
  expect(answers).toEqual([0, 0, 0, 0, 0, 5]);
  expect(Date.parse(String(page.answer.retryAfterDateTime))).toBeGreaterThan(Date.now());
});

test("a subscription that has ended elsewhere is told by the next change, which is made all the same", async () => {
  const { page, unsid } = await subscribed();
  const id = await send("One", unsid);
  const headers = { authorization: `Bearer ${await newToken()}` };
  const { json } = await app.ask("GET", subscribePath, { headers });
  await app.ask("DELETE", `${subscribePath}/${String(json.value[0].id)}`, { headers });
  expect(await page.setRead(id, true)).toBe(false);
  expect(page.answer.status).toBe(3);
  await page.getAll();
  expect(page.answer).toMatchObject({ userNotifications: [{ id, readState: true }] });
  expect(await page.subscribe(sampleHost)).toBe(true);
  expect(await page.setRead(id, true)).toBe(true);
});

test("subscribed again on the next page it is the same subscription; unsubscribed it is over, and there is none to end", async () => {
  const { unsid } = await subscribed();
  const { page, unsid: again } = await subscribed();
  expect(again).toBe(unsid);
  expect(await page.unsubscribe()).toBe(true);
  const authorization = await backends.authorization(backends.apps.sample);
  const { status } = await post(app, notification(), { unsid, headers: { authorization } });
  expect(status).toBe(403);
  expect(await page.unsubscribe()).toBe(false);
  expect(page.answer).toMatchObject({ succeeded: false, status: 3 });
});

test("another user on the same browser is given only what is theirs, and of the first one's nothing is left there", async () => {
  const first = { user, token: browser.localStorage.get("token") ?? "" };
  const { page, unsid } = await subscribed();
  await page.refreshToken();
  await send("Hers".repeat(2_000), unsid);

  user = `${crypto.randomUUID()}@contoso.com`;
  browser.localStorage.set("token", await newToken());
  const { page: his, unsid: hisUnsid } = await subscribed();
  await his.refreshToken();
  await send("His".repeat(2_000), hisUnsid);
  expect(contentsOf(browser.printed.at(-1))).toEqual(["His".repeat(2_000)]);
  const kept = await contentKept(browser.indexedDB);
  expect(kept).toContain("HisHis");
  expect(kept).not.toContain("HersHers");

  user = first.user;
  browser.localStorage.set("token", first.token);
  const { page: again } = await subscribed();
  expect(await again.unsubscribe()).toBe(true);
  expect(await contentKept(browser.indexedDB)).not.toMatch(/HersHers|HisHis/);
});

test("a browser that keeps nothing shows what comes with a push, and its page does all it did", async () => {
  const keepingNothing: Databases = {
    databases: () => Promise.resolve([]),
    open: () => {
      throw new DOMException("not in this window", "SecurityError");
    },
  };
  browser = await newBrowser({ indexedDB: keepingNothing });
  const { page, unsid } = await subscribed();
  const id = await send("Dinner is ready", unsid);
  expect(browser.toasts.map(({ body }) => body)).toEqual(["Dinner is ready"]);
  expect(await page.setRead(id, true)).toBe(true);
  await page.refreshToken();
  await send("x".repeat(5_000), unsid);
  expect(contentsOf(browser.printed[1])).toEqual(["x".repeat(5_000)]);
  expect(await page.unsubscribe()).toBe(true);
});

test("the module offers what the script's global does", async () => {
  const module = (await import(`${process.cwd()}/dist/client/graph-notifications-library.mjs`)) as object;
  const names = runInNewContext(`${library}; Object.keys(userNotificationsClient)`) as string[];
  expect(Object.keys(module).toSorted()).toEqual([...names].toSorted());
  expect(names.toSorted()).toEqual([
    "UserNotificationApiImpl",
    "UserNotificationApiResultStatus",
    "UserNotificationUserActionState",
    "configure",
  ]);
});

/** All that stands in the origin's databases, as text. */
const contentKept = async (indexedDB: Databases): Promise<string> => {
  const names = (await indexedDB.databases()).map(({ name = "" }) => name);
  const all = names.map(async (name) => {
    const database = await resultOf(indexedDB.open(name));
    const stores = [...database.objectStoreNames];
    const rows = stores.map((store) => resultOf(database.transaction(store).objectStore(store).getAll()));
    const text = JSON.stringify(await Promise.all(rows));
    database.close();
    return text;
  });
  return (await Promise.all(all)).join("\n");
};

const resultOf = <T>(request: Requested<T>): Promise<T> =>
  new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });

const contentsOf = (printed: string | undefined): unknown[] => {
  const { userNotifications } = JSON.parse(printed ?? "{}") as { userNotifications: { payload: Printed }[] };
  return userNotifications.map(({ payload }) => payload.rawContent);
};
type Printed = { readonly rawContent?: string };
