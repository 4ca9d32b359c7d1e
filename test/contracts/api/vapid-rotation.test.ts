import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { startBackends, type Backends } from "../../support/backends.ts";
import { command, linesOf } from "../ops/operator.ts";
import { newServerKeys, startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { notification, post, subscribe, subscribePath } from "./api-under-test.ts";

/** One service, before and after its VAPID keys are rotated, and browsers that are each bound to the key they subscribed with. */
const [retired, current] = [newServerKeys(), newServerKeys()];
const rotation = {
  VAPID_PUBLIC_KEY: current.publicKey,
  VAPID_PRIVATE_KEY: current.privateKey,
  VAPID_PREVIOUS_PUBLIC_KEY: retired.publicKey,
  VAPID_PREVIOUS_PRIVATE_KEY: retired.privateKey,
};
let backends: Backends;
let push: LocalService;
let authorization: string;
const running: AppInProcess[] = [];

beforeAll(async () => {
  [backends, push] = await Promise.all([startBackends(), startLocalService({ keys: retired })]);
  authorization = await backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`);
});
afterAll(async () => {
  await Promise.all(running.map((app) => app.close()));
  await Promise.all([push.stop(), backends.stop()]);
});

const serviceWith = async (settings: Readonly<Record<string, string>>): Promise<AppInProcess> => {
  const here = { PUSH_HOSTS_EXTRA: new URL(push.url).host, PUSH_EXTRA_CA: push.ca };
  const app = await heldToItsDescription(await loadApp(backends.settings({ ...here, ...settings })));
  running.push(app);
  return app;
};
const beforeRotation = () =>
  serviceWith({ VAPID_PUBLIC_KEY: retired.publicKey, VAPID_PRIVATE_KEY: retired.privateKey });

/** Posts, and lets the service deliver; what the browsers' push service was asked, and what the browsers read. */
const ring = async (app: AppInProcess, rawContent: string) => {
  await push.control.clearReceived();
  const answer = await post(app, notification({ payload: { rawContent } }), { headers: { authorization } });
  expect(answer.status, answer.text).toBe(201);
  const [message] = await backends.bus.take(1);
  await app.deliver(message?.body);
  return (await push.control.received()).map(({ device, status, content }) => {
    const { resubscribe = false } = JSON.parse(content ?? "{}") as { resubscribe?: boolean };
    return { device, status, resubscribe };
  });
};
const subscriptionsAt = async (app: AppInProcess): Promise<readonly Record<string, unknown>[]> => {
  const { json } = await app.ask("GET", subscribePath, { headers: { authorization } });
  return (json as { value: Record<string, unknown>[] }).value;
};
/** The command asks the service over HTTP, which the app in this process does not speak: its answer stands in for it. */
const counted = async () => {
  const service = createServer((_request, response) => response.end(JSON.stringify({ publicKey: current.publicKey })));
  await once(service.listen(0, "127.0.0.1"), "listening");
  const PUBLIC_URL = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const env = { TablesConnection: backends.tables.connectionString, PUBLIC_URL, ...rotation };
  const told = await command(["keys", "vapid", "--json"], { env });
  service.close().closeAllConnections();
  const [document] = linesOf(told.stdout);
  const { value, mayRemovePrevious } = document as {
    value: { role: string; subscriptions: number }[];
    mayRemovePrevious: boolean;
  };
  return { mayRemovePrevious, ...Object.fromEntries(value.map(({ role, subscriptions }) => [role, subscriptions])) };
};
const codeOf = ({ status, json }: Answered): unknown => [
  status,
  (json as { error?: { details?: { target: string }[] } }).error?.details?.map(({ target }) => target),
];

test("VAPID keys are rotated while everybody is reached at the first attempt, and once all have subscribed anew nothing needs the old key", async () => {
  const before = await beforeRotation();
  const older = await Promise.all(["one", "two"].map((name) => push.control.createDevice({ name })));
  const [one, two] = older.map(({ channel }) => channel) as [object, object];
  await subscribe(before, authorization, { deviceId: "one", channel: one });
  await subscribe(before, authorization, {
    deviceId: "two",
    channel: { ...two, applicationServerKey: retired.publicKey },
  });
  for (const shown of await subscriptionsAt(before)) expect(shown).not.toHaveProperty("resubscribe");

  const rotated = await serviceWith(rotation);
  const key = await rotated.ask("GET", "/v1.0/me/notifications/vapidPublicKey");
  expect(key.json).toEqual({ publicKey: current.publicKey });
  expect(await ring(rotated, "to both, with the old key")).toEqual(
    expect.arrayContaining([
      { device: "one", status: 201, resubscribe: true },
      { device: "two", status: 201, resubscribe: true },
    ]),
  );
  expect(await push.control.received()).toHaveLength(2);
  expect((await subscriptionsAt(rotated)).map(({ resubscribe }) => resubscribe)).toEqual([true, true]);
  expect(await counted()).toEqual({ previous: 2, mayRemovePrevious: false });

  // A client that only renews is asked again; one that names another server's key is told what to do.
  const renewed = await subscribe(rotated, authorization, { deviceId: "one", channel: one });
  expect([renewed.status, (renewed.json as { resubscribe?: true }).resubscribe]).toEqual([200, true]);
  const strange = { ...one, applicationServerKey: newServerKeys().publicKey };
  expect(codeOf(await subscribe(rotated, authorization, { deviceId: "one", channel: strange }))).toEqual([
    400,
    ["channel.applicationServerKey"],
  ]);

  for (const { name } of older) {
    const { channel } = await push.control.createDevice({
      name: `${name}-anew`,
      applicationServerKey: current.publicKey,
    });
    const said = name === "one" ? {} : { applicationServerKey: current.publicKey };
    const anew = await subscribe(rotated, authorization, { deviceId: name, channel: { ...channel, ...said } });
    expect([anew.status, Object.keys(anew.json as object)]).toEqual([200, expect.not.arrayContaining(["resubscribe"])]);
  }
  expect(await ring(rotated, "to both, with the new key")).toEqual(
    expect.arrayContaining([
      { device: "one-anew", status: 201, resubscribe: false },
      { device: "two-anew", status: 201, resubscribe: false },
    ]),
  );
  expect(await push.control.received()).toHaveLength(2);
  expect(await counted()).toEqual({ current: 2, mayRemovePrevious: true });
});

test("a credential that cannot be used is told at start, without what stands in it, and everything else goes on", async () => {
  const warned = vi.spyOn(console, "warn").mockReturnValue();
  try {
    const app = await serviceWith({
      APNS_CREDENTIAL_DEFAULT: '{"teamId":"s3cr3t"}',
      FCM_CREDENTIAL_SHOP: "@Microsoft.KeyVault(x)",
    });
    expect(warned.mock.calls.flat()).toEqual([
      expect.stringMatching(/^A credential cannot be used, .*: APNS_CREDENTIAL_DEFAULT must be JSON: .*\.$/),
      expect.stringMatching(/: FCM_CREDENTIAL_SHOP is a Key Vault reference that the platform did not resolve: .*\.$/),
    ]);
    expect(warned.mock.calls.join()).not.toContain("s3cr3t");
    expect((await app.ask("GET", "/health/live")).status).toBe(200);
  } finally {
    warned.mockRestore();
  }
});
