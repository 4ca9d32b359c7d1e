import { afterAll, beforeAll, expect, test } from "vitest";
import { putApp } from "../../../shared/auth/app-registry.table.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { heldToItsDescription } from "../../support/api-description.ts";
import { loadApp, type Answered, type AppInProcess } from "../../support/app-in-process.ts";
import { newChannel, publicUrl, startBackends, type Backends } from "../../support/backends.ts";
import { startLocalService, type LocalService } from "../webpush-service/local-service.ts";
import { notification, post, sampleHost, subscribe, subscribePath } from "./api-under-test.ts";

let backends: Backends;
let push: LocalService;
let app: AppInProcess;
/** A host name whose app lists its mobile apps, and has the example's client id among its clients. */
const mobileHost = "mobile.contoso.com";
const otherHost = "other.contoso.com";

beforeAll(async () => {
  [backends, push] = await Promise.all([startBackends(), startLocalService()]);
  const { clientId } = backends.apps.sample;
  await putApp(backends.tables.tables.apps, {
    hostName: mobileHost,
    senders: [clientId],
    clients: [clientId],
    bundleIds: ["com.contoso.app"],
    packageNames: ["com.contoso.app"],
  });
  app = await heldToItsDescription(
    await loadApp(
      backends.settings({
        SUBSCRIPTIONS_PER_FEED: "4",
        PUSH_HOSTS_EXTRA: new URL(push.url).host,
        PUSH_EXTRA_CA: push.ca,
        VAPID_PUBLIC_KEY: push.keys.publicKey,
        VAPID_PRIVATE_KEY: push.keys.privateKey,
      }),
    ),
  );
});
afterAll(async () => {
  await app.close();
  await Promise.all([push.stop(), backends.stop()]);
});

/** Somebody no other test knows, signed in to the example's app. */
const newUser = (more: Readonly<Record<string, string>> = {}): Promise<string> =>
  backends.authorization(backends.apps.sample, `${crypto.randomUUID()}@contoso.com`, more);

const on = (authorization: string) => ({
  list: (query = "") => app.ask("GET", `${subscribePath}${query}`, { headers: { authorization } }),
  get: (id: string) => app.ask("GET", `${subscribePath}/${id}`, { headers: { authorization } }),
  remove: (id: string) => app.ask("DELETE", `${subscribePath}/${id}`, { headers: { authorization } }),
});

type Shown = {
  readonly id: string;
  readonly userNotificationSubscriptionId: string;
  readonly expirationDateTime: string;
  readonly deviceId: string;
  readonly channelState?: string;
};
const one = ({ json }: Answered): Shown => json as Shown;
const many = ({ json }: Answered): Shown[] => (json as { value: Shown[] }).value;

const codeOf = ({ status, json }: Answered): unknown[] => [status, json.error.code];

test("a new subscription is answered 201 with the contract's members in their order, and renewed with 200 and the same UNSID", async () => {
  const authorization = await newUser();
  const device = { deviceId: "laptop-1" };
  const before = Date.now();
  const answer = await subscribe(app, authorization, device);
  expect(answer.status).toBe(201);
  const { id, userNotificationSubscriptionId: unsid, expirationDateTime: first } = one(answer);
  expect(answer.text).toBe(
    JSON.stringify({
      id,
      userNotificationSubscriptionId: unsid,
      expirationDateTime: first,
      targetHostName: sampleHost,
      platformType: "WebPush",
      deviceId: "laptop-1",
      displayName: "Edge on laptop",
      notificationType: "NotificationWithPayload",
    }),
  );
  expect(answer.headers.get("location")).toBe(`${publicUrl}/beta/me/notifications/subscriptions/${id}`);
  expect(Buffer.from(unsid, "base64url").length).toBeGreaterThanOrEqual(16);
  expect(Date.parse(first) - before - 30 * milliseconds.day).toBeLessThan(milliseconds.minute);
  expect(Date.parse(first)).toBeGreaterThanOrEqual(before + 30 * milliseconds.day);

  const again = await subscribe(app, authorization, device);
  expect(again.status).toBe(200);
  expect(again.json).toEqual({ ...answer.json, expirationDateTime: again.json.expirationDateTime });
  expect(Date.parse(one(again).expirationDateTime)).toBeGreaterThanOrEqual(Date.parse(first));
});

test("a subscription never outlives its channel", async () => {
  const ends = Date.now() + milliseconds.hour;
  const answer = await subscribe(app, await newUser(), { channel: { ...newChannel(), expirationTime: ends } });
  expect(Date.parse(one(answer).expirationDateTime)).toBe(ends);
});

const native = {
  Windows: { uri: "https://db5.notify.windows.com/?token=secret-of-wns" },
  Android: { token: "secret-of-fcm", packageName: "com.contoso.app" },
  iOS: { token: "5EC2E7".repeat(10), bundleId: "com.contoso.app", environment: "sandbox" },
};
const nativeDevice = (platformType: keyof typeof native, more: object = {}, channel: object = {}) => ({
  targetHostName: mobileHost,
  platformType,
  deviceId: platformType,
  displayName: null,
  channel: { ...native[platformType], ...channel },
  ...more,
});

test("devices of every platform are taken, listed without what is secret, and told by taps unless they ask for more", async () => {
  const authorization = await newUser();
  const { list, get } = on(authorization);
  const ids: string[] = [];
  for (const platformType of ["Windows", "Android", "iOS"] as const) {
    const answer = await subscribe(app, authorization, nativeDevice(platformType));
    expect(answer.status, answer.text).toBe(201);
    expect(answer.json).toMatchObject({ platformType, displayName: null, notificationType: "NotificationOnly" });
    ids.push(one(answer).id);
  }
  const web = await subscribe(app, authorization, { deviceId: "browser" });
  const { userNotificationSubscriptionId: unsid, ...shown } = one(web);

  const all = await list();
  expect(all.status).toBe(200);
  expect(all.json.value).toHaveLength(4);
  expect(JSON.stringify(all.json.value)).toContain(JSON.stringify({ ...shown, channelState: "active" }));
  expect((await get(shown.id)).json).toEqual({ ...shown, channelState: "active" });
  const mobile = await list(`?targetHostName=${mobileHost.toUpperCase()}`);
  expect(
    many(mobile)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids.sort());
  for (const secret of [unsid, "secret-of", "5ec2e7", "fcm.googleapis.com"]) expect(all.text).not.toContain(secret);
});

test("what a device of another platform asks for is kept, a renewal may ask for something else, and an environment is taken in any case", async () => {
  const authorization = await newUser();
  const typed = async (platformType: keyof typeof native, more: object): Promise<unknown> => {
    const answer = await subscribe(app, authorization, nativeDevice(platformType, more));
    expect(Object.keys(answer.json as object)).toEqual([
      "id",
      "userNotificationSubscriptionId",
      "expirationDateTime",
      "targetHostName",
      "platformType",
      "deviceId",
      "displayName",
      "notificationType",
    ]);
    return [answer.status, (answer.json as { notificationType: string }).notificationType];
  };
  for (const platformType of ["Windows", "Android", "iOS"] as const) {
    expect(await typed(platformType, { notificationType: "notificationwithpayload" })).toEqual([
      201,
      "NotificationWithPayload",
    ]);
    expect(await typed(platformType, { notificationType: "NoNotification" })).toEqual([200, "NoNotification"]);
    expect(await typed(platformType, { notificationType: null }), "the default again").toEqual([
      200,
      "NotificationOnly",
    ]);
  }
  const moved = await subscribe(app, authorization, nativeDevice("iOS", {}, { environment: "PRODUCTION" }));
  expect(moved.status).toBe(200);
  const unsaid = await subscribe(app, authorization, nativeDevice("iOS", {}, { environment: undefined }));
  expect(codeOf(unsaid)).toEqual([400, "BadRequest"]);
  expect(unsaid.json.error.details).toEqual([expect.objectContaining({ target: "channel.environment" })]);
});

test("what is wrong with a channel is told by its path, and a mobile app must be one of the host name's", async () => {
  const authorization = await newUser();
  const told = async (device: object): Promise<unknown> => {
    const answer = await subscribe(app, authorization, device);
    expect(codeOf(answer)).toEqual([400, "BadRequest"]);
    return (answer.json.error.details as { target: string }[]).map(({ target }) => target);
  };
  const strange = { targetHostName: sampleHost };
  expect(await told(nativeDevice("iOS", {}, { bundleId: "com.other" }))).toEqual(["channel.bundleId"]);
  expect(await told(nativeDevice("Android", {}, { packageName: "com.other" }))).toEqual(["channel.packageName"]);
  expect(await told(nativeDevice("Windows", {}, { uri: "https://evil.example/" }))).toEqual(["channel.uri"]);
  expect(await told({ ...nativeDevice("iOS"), platformType: "Android" })).toEqual(["channel"]);
  expect(await told(nativeDevice("iOS", { deviceId: 7 }, { token: "x", environment: 7 }))).toEqual([
    "deviceId",
    "channel.token",
    "channel.environment",
  ]);
  const elsewhere = nativeDevice("iOS", strange, { bundleId: "com.other" });
  expect((await subscribe(app, authorization, elsewhere)).status, "a host name that lists none").toBe(201);
});

test("a deleted subscription is gone: 204, also again and for an id that never was, and its UNSID is worth nothing at once", async () => {
  const authorization = await newUser();
  const { list, get, remove } = on(authorization);
  const first = one(await subscribe(app, authorization));
  const kept = await subscribe(app, authorization);
  const headers = { authorization: await backends.authorization(backends.apps.sample) };
  const unsid = first.userNotificationSubscriptionId;
  expect((await post(app, notification(), { unsid, headers })).status).toBe(201);
  for (const id of [first.id, first.id, "never-known", "a%27b%2Fc%23", "x".repeat(200)]) {
    const answer = await remove(id);
    expect([answer.status, answer.text]).toEqual([204, ""]);
  }
  expect((await post(app, notification(), { unsid, headers })).status).toBe(403);
  expect(codeOf(await get(first.id))).toEqual([404, "NotFound"]);
  expect(many(await list()).map(({ id }) => id)).toEqual([one(kept).id]);
  const again = await subscribe(app, authorization, { deviceId: first.deviceId });
  expect(again.status).toBe(201);
  expect(again.json.userNotificationSubscriptionId).not.toBe(unsid);
});

test("nobody sees or deletes another user's subscription, nor another app's of the same user", async () => {
  const name = `${crypto.randomUUID()}@contoso.com`;
  const authorization = await backends.authorization(backends.apps.sample, name);
  const { id } = one(await subscribe(app, authorization));
  const strangers = [await newUser(), await backends.authorization(backends.apps.other, name)];
  for (const stranger of strangers) {
    const { list, get, remove } = on(stranger);
    expect((await list()).json).toEqual({ value: [] });
    expect((await get(id)).status).toBe(404);
    expect((await remove(id)).status).toBe(204);
  }
  expect((await on(authorization).get(id)).status).toBe(200);
});

test("the device after the last that may be is answered 409, and one that is deleted makes room", async () => {
  const authorization = await newUser();
  const answers = await Promise.all(Array.from({ length: 5 }, () => subscribe(app, authorization)));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused && codeOf(refused)).toEqual([409, "Conflict"]);
  const taken = answers.find(({ status }) => status === 201);
  await on(authorization).remove(one(taken!).id);
  expect((await subscribe(app, authorization)).status).toBe(201);
});

test("a browser that subscribed under two deviceIds has two subscriptions, and is rung once for each notification, while there is one", async () => {
  const authorization = await newUser();
  const { list, remove } = on(authorization);
  const { name, channel } = await push.control.createDevice();
  const ring = async (rawContent: string): Promise<void> => {
    const body = notification({ payload: { rawContent } });
    const { id } = one(await post(app, body, { headers: { authorization } }));
    for (let delivered: unknown; delivered !== id;) {
      const [message] = await backends.bus.take(1); // another test's may come before ours
      await app.deliver(message?.body);
      delivered = (message?.body as { id: string }).id;
    }
  };
  const rung = async () =>
    (await push.control.received()).flatMap(({ device, content }) => (device === name ? [content] : []));
  const states = async () =>
    Object.fromEntries(many(await list()).map(({ deviceId, channelState }) => [deviceId, channelState]));

  const older = one(await subscribe(app, authorization, { deviceId: "older", channel }));
  const newer = one(await subscribe(app, authorization, { deviceId: "newer", channel }));
  await ring("both");
  expect(await rung()).toEqual([expect.stringContaining("both")]);
  expect(await states()).toEqual({ older: "active", newer: "active" });

  await remove(newer.id);
  await ring("the older");
  expect(await rung()).toHaveLength(2);
  await subscribe(app, authorization, { deviceId: "newer", channel });
  await remove(older.id);
  await ring("the newer");
  expect(await rung()).toHaveLength(3);

  await subscribe(app, authorization, { deviceId: "older", channel });
  await push.control.removeDevice(name);
  await ring("neither");
  expect(await states(), "when the push service said gone it said so of both").toEqual({
    older: "gone",
    newer: "gone",
  });
});

test("who may not see subscriptions is answered 403; faults of the body come first", async () => {
  const appOnly = await backends.authorization(backends.apps.sample);
  const unscoped = await newUser({ scope: "openid" });
  for (const authorization of [appOnly, unscoped]) {
    const { list, get, remove } = on(authorization);
    const answers = [await list(), await get("x"), await remove("x"), await subscribe(app, authorization)];
    for (const answer of answers) expect(codeOf(answer)).toEqual([403, "Forbidden"]);
    expect(codeOf(await subscribe(app, authorization, { channel: "x" }))).toEqual([400, "BadRequest"]);
  }
  const user = await newUser();
  for (const host of [otherHost, "nobody.contoso.com"]) {
    expect(codeOf(await on(user).list(`?targetHostName=${host}`))).toEqual([403, "Forbidden"]);
    expect(codeOf(await subscribe(app, user, { targetHostName: host }))).toEqual([403, "Forbidden"]);
  }
});

test("a client whose own UNSID has ended can still subscribe, list and delete", async () => {
  const authorization = await newUser();
  const headers = { authorization, "x-uns-id": "A".repeat(43), "content-type": "application/json" };
  const body = { targetHostName: sampleHost, platformType: "WebPush", deviceId: "a", channel: newChannel() };
  const answer = await app.ask("POST", subscribePath, { headers, body });
  expect(answer.status).toBe(201);
  expect(many(await app.ask("GET", subscribePath, { headers }))).toHaveLength(1);
  expect((await app.ask("DELETE", `${subscribePath}/${one(answer).id}`, { headers })).status).toBe(204);
});

test("other methods are answered 405 with those there are, without a token too", async () => {
  const answer = await app.ask("PUT", subscribePath);
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, POST"]);
  const single = await app.ask("PATCH", `${subscribePath}/x`);
  expect([single.status, single.headers.get("allow")]).toEqual([405, "GET, DELETE"]);
});

test("no UNSID, token, endpoint or name of a device is logged", async () => {
  const authorization = await newUser();
  const secrets: string[] = [];
  for (const platformType of ["Windows", "Android", "iOS"] as const) {
    const answer = await subscribe(app, authorization, nativeDevice(platformType));
    secrets.push(one(answer).userNotificationSubscriptionId);
    await subscribe(app, authorization, nativeDevice(platformType, {}, { uri: 7, token: "not hexadecimal" }));
    await on(authorization).remove(one(answer).id);
  }
  const logged = app.logged.join("\n");
  expect(logged).toContain("/me/notifications/subscriptions");
  for (const secret of [...secrets, "secret-of", "5ec2e7", "5EC2E7", "not hexadecimal", "laptop-1"]) {
    expect(logged).not.toContain(secret);
  }
});
