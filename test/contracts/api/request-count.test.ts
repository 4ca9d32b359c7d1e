import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { startBackends, type Backends } from "../../support/backends.ts";
import { startCountingProxy, type CountingProxy } from "../../support/counting-proxy.ts";
import { pushSettingsOf, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { deltaQuery, feedClient, valuesOf } from "./feed-under-test.ts";
import { notification, post, subscribe, unsidOf } from "./api-under-test.ts";

let backends: Backends;
let proxy: CountingProxy;
let push: LocalService;
/** The app whose table requests are counted, and another instance for what is not. */
let app: AppInProcess;
let uncounted: AppInProcess;
let authorization: string;

beforeAll(async () => {
  [backends, push] = await Promise.all([startBackends(), startLocalService()]);
  proxy = await startCountingProxy(backends.tables.port);
  const pushSettings = pushSettingsOf(push);
  uncounted = await loadApp(backends.settings(pushSettings));
  const proxied = { TablesConnection: backends.tables.connectionStringAt(proxy.port) };
  app = await loadApp(backends.settings({ ...pushSettings, ...proxied }));
  authorization = await backends.authorization(backends.apps.sample);
});
afterAll(async () => {
  await Promise.all([app.close(), uncounted.close()]);
  await Promise.all([proxy.stop(), push.stop(), backends.stop()]);
});
beforeEach(async () => {
  // Warm: registry, keys and connections are there, and the queue is empty.
  proxy.pass();
  await post(app, notification(), {
    unsid: await unsidOf(uncounted, backends, "warm@contoso.com"),
    headers: { authorization },
  });
  await backends.bus.take(1);
});

/** What went to the tables, set apart what comes once in many requests: the app's lease of permits, and a new look at the registry. */
const requests = () => {
  const isSeldom = (name: string): boolean => name.includes("throttles") || name === "GET apps";
  const waves = proxy.waves().map((wave) => wave.filter((name) => !isSeldom(name)));
  return { waves: waves.filter(({ length }) => length > 0), seldom: proxy.waves().flat().filter(isSeldom) };
};
/** Looks at the registry that all cases together caused: one in fifteen seconds at most. */
let looks = 0;
const startedAt = performance.now();

test.each([
  ["to a user not met before", {}],
  ["new", {}],
  ["new under an Idempotency-Key", { "idempotency-key": "new" }],
  ["replacing", {}],
  ["replacing under an Idempotency-Key", { "idempotency-key": "replacing" }],
])("a POST, %s, costs at most five table requests, three in sequence, and one send", async (what, headers) => {
  const unsid = await unsidOf(uncounted, backends, `${what.replaceAll(" ", ".")}@contoso.com`);
  const body = notification();
  const isReplacing = what.startsWith("replacing");
  const before = isReplacing ? body : notification();
  // So that this instance has noted when the feed is to be purged, which it does once an hour.
  if (!what.startsWith("to a user")) {
    await post(app, before, { unsid, headers: { authorization } });
    await backends.bus.take(1);
  }
  proxy.count();
  const answer = await post(app, body, { unsid, headers: { authorization, ...headers } });
  expect(answer.status).toBe(isReplacing ? 200 : 201);
  const { waves, seldom } = requests();
  expect(waves.flat().length, JSON.stringify(waves)).toBeLessThanOrEqual(5);
  expect(waves.length, JSON.stringify(waves)).toBeLessThanOrEqual(3);
  expect(seldom.filter((name) => name.includes("throttles")).length).toBeLessThanOrEqual(2);
  looks += seldom.filter((name) => name === "GET apps").length;
  expect(looks).toBeLessThanOrEqual(1 + (performance.now() - startedAt) / 15_000);
  // Not fewer than can be: the proxy has seen them.
  expect(waves.flat()).toContain("POST $batch");
  const sent = await backends.bus.take(2, 400);
  expect(sent.map(({ body: job }) => (job as { id: string }).id)).toEqual([answer.json.id]);
});

test("a POST of a user who may not write now costs no write, and soon no request at all", async () => {
  const limits = {
    THROTTLE_USER_WRITES_PER_5_MINUTES: "1",
    TablesConnection: backends.tables.connectionStringAt(proxy.port),
  };
  const throttled = await loadApp(backends.settings(limits));
  const unsid = await unsidOf(uncounted, backends, "throttled@contoso.com");
  const write = () => post(throttled, notification(), { unsid, headers: { authorization } });
  expect((await write()).status).toBe(201);
  await backends.bus.take(1);
  proxy.count();
  for (let repeat = 1; repeat <= 2; repeat += 1) expect((await write()).status).toBe(406);
  const { waves } = requests();
  expect(waves.flat().filter((name) => !name.startsWith("GET "))).toEqual([]);
  await throttled.close();
});

test("one message for ten devices costs at most four table requests, and one more for each channel that is gone", async () => {
  const user = "grace@contoso.com";
  const devices = await push.control.createDevices({ count: 10 });
  const userAuthorization = await backends.authorization(backends.apps.sample, user);
  const unsids = await Promise.all(
    devices.map(async ({ deviceId, channel }) => {
      const answer = await subscribe(uncounted, userAuthorization, { deviceId, channel });
      return answer.json.userNotificationSubscriptionId as string;
    }),
  );
  const deliverAnother = async (appNotificationId: string): Promise<void> => {
    const posted = await post(uncounted, notification({ appNotificationId }), {
      unsid: unsids[0]!,
      headers: { authorization },
    });
    expect(posted.status).toBe(201);
    const [message] = await backends.bus.take(1);
    proxy.count();
    await app.deliver(message?.body);
  };

  await deliverAnother("all-there");
  expect(await push.control.received()).toHaveLength(10);
  expect(requests().waves.flat().length, JSON.stringify(proxy.waves())).toBeLessThanOrEqual(4);

  for (const { deviceId } of devices.slice(0, 3)) await push.control.removeDevice(deviceId);
  await deliverAnother("three-gone");
  expect(requests().waves.flat().length, JSON.stringify(proxy.waves())).toBeLessThanOrEqual(4 + 3);
});

test("fifty tabs that wait on one feed cost one look at its head a second, beyond the reading of each", async () => {
  const tab = feedClient(app, await backends.authorization(backends.apps.sample, "fifty.tabs@contoso.com"));
  await tab.posted();
  const link = (await tab.pages(deltaQuery)).at(-1)!.json["@odata.deltaLink"] as string;
  proxy.count();
  const asked = Array.from({ length: 50 }, () => tab.ask("GET", link, { headers: { prefer: "wait=3" } }));
  expect(valuesOf(await Promise.all(asked))).toEqual([]);
  const [reading, ...looks] = requests().waves;
  expect(reading, JSON.stringify(reading)).toHaveLength(50);
  // One a second, which is what tells two of them apart here; the last may come with the end of the wait.
  expect(looks.flat().length, JSON.stringify(looks)).toBeGreaterThanOrEqual(1);
  expect(looks.flat().length, JSON.stringify(looks)).toBeLessThanOrEqual(3);
});
