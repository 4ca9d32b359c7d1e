import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadApp, type AppInProcess } from "../../support/app-in-process.ts";
import { startBackends, type Backends } from "../../support/backends.ts";
import { startCountingProxy, type CountingProxy } from "../../support/counting-proxy.ts";
import { startLocalService, type LocalService } from "../webpush-service/local-service.ts";
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
  const pushSettings = {
    PUSH_HOSTS_EXTRA: new URL(push.url).host,
    PUSH_EXTRA_CA: push.ca,
    VAPID_PUBLIC_KEY: push.keys.publicKey,
    VAPID_PRIVATE_KEY: push.keys.privateKey,
  };
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
  // Warm: registry, keys and connections are there. Whatever is on the queue is taken away.
  await post(app, notification(), {
    unsid: await unsidOf(uncounted, backends, "warm@contoso.com"),
    headers: { authorization },
  });
  await backends.bus.take(10, 500);
  proxy.clear();
});

test("one POST costs at most five table requests, three in sequence, and one send", async () => {
  const unsid = await unsidOf(uncounted, backends, "ada@contoso.com");
  const answer = await post(app, notification(), { unsid, headers: { authorization } });
  expect(answer.status).toBe(201);
  const waves = proxy.waves();
  expect(waves.flat().length, JSON.stringify(waves)).toBeLessThanOrEqual(5);
  expect(waves.length, JSON.stringify(waves)).toBeLessThanOrEqual(3);
  // Not fewer than can be: the proxy has seen them.
  expect(waves.flat()).toContain("POST $batch");
  const sent = await backends.bus.take(2, 400);
  expect(sent.map(({ body }) => (body as { id: string }).id)).toEqual([answer.json.id]);
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
    proxy.clear();
    await app.deliver(message?.body);
  };

  await deliverAnother("all-there");
  expect(await push.control.received()).toHaveLength(10);
  expect(proxy.waves().flat().length, JSON.stringify(proxy.waves())).toBeLessThanOrEqual(4);

  for (const { deviceId } of devices.slice(0, 3)) await push.control.removeDevice(deviceId);
  await deliverAnother("three-gone");
  expect(proxy.waves().flat().length, JSON.stringify(proxy.waves())).toBeLessThanOrEqual(4 + 3);
});
