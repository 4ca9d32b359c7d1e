import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { NewDevice } from "../../../infra/local/push/control-client.ts";
import {
  alert,
  asBackground,
  background,
  newAccount,
  pusher,
  startLocalApns,
  type Answer,
  type LocalApns,
  type Sending,
} from "./local-apns.ts";

let apns: LocalApns;
let phone: NewDevice;
let inSandbox: NewDevice;
let push: (device: NewDevice, sending?: Sending) => Promise<Answer>;
let pushToSandbox: typeof push;

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

beforeAll(async () => {
  apns = await startLocalApns();
  phone = await apns.control.createDevice({ name: "phone" });
  inSandbox = await apns.control.createDevice({ environment: "sandbox" });
  await apns.control.createDevice({ bundleId: "com.contoso.other" });
  const providerToken = await apns.providerToken();
  push = pusher(apns.connect(), providerToken);
  pushToSandbox = pusher(apns.connect("localhost"), providerToken);
});
afterAll(() => apns.stop());
beforeEach(() => apns.control.clearReceived());

test("a push is taken with an empty 200 that names it, by the sender's name or a new one", async () => {
  expect(await push(phone)).toMatchObject({
    status: 200,
    headers: { "apns-id": expect.stringMatching(uuid) },
    body: undefined,
  });
  const id = "EC1BF194-B3B2-424A-89A9-5A918A6E6B5D";
  const { headers } = await push(phone, { headers: { "apns-id": id } });
  expect(headers["apns-id"]).toBe(id);
  expect(headers).not.toHaveProperty("apns-unique-id");
  const noted = await apns.control.received();
  expect(noted).toHaveLength(2);
  expect(noted[1]).toMatchObject({
    device: "phone",
    status: 200,
    content: JSON.stringify(alert("hello")),
    headers: {
      ":method": "POST",
      ":path": `/3/device/${String(phone.channel.token)}`,
      "apns-id": id,
      "apns-topic": "com.contoso.app",
      authorization: expect.stringMatching(/^bearer /),
    },
  });
});

test.each<[what: string, sending: Sending, status: number, reason: string]>([
  ["a path of another kind", { headers: { ":path": "/3/devices/1" } }, 404, "BadPath"],
  ["a path that goes on", { headers: { ":path": `/3/device/${"0".repeat(64)}/x` } }, 404, "BadPath"],
  ["another method", { headers: { ":method": "PUT" } }, 405, "MethodNotAllowed"],
  ["no device token", { headers: { ":path": "/3/device/" } }, 400, "MissingDeviceToken"],
  ["no form of a device token", { headers: { ":path": "/3/device/phone" } }, 400, "BadDeviceToken"],
  ["nobody's device token", { headers: { ":path": `/3/device/${"0".repeat(64)}` } }, 400, "BadDeviceToken"],
  ["a header twice", { headers: { "apns-topic": ["com.contoso.app", "com.contoso.app"] } }, 400, "DuplicateHeaders"],
  ["an apns-id that is no UUID", { headers: { "apns-id": "7" } }, 400, "BadMessageId"],
  ["no provider token", { headers: { authorization: null } }, 403, "MissingProviderToken"],
  ["another scheme", { headers: { authorization: "Basic YTpi" } }, 403, "MissingProviderToken"],
  ["no topic", { headers: { "apns-topic": null } }, 400, "MissingTopic"],
  ["no form of a topic", { headers: { "apns-topic": "*" } }, 400, "BadTopic"],
  ["another app's topic", { headers: { "apns-topic": "com.contoso.other" } }, 400, "DeviceTokenNotForTopic"],
  ["nobody's topic", { headers: { "apns-topic": "com.fabrikam.app" } }, 400, "TopicDisallowed"],
  ["no priority of Apple's", { headers: { "apns-priority": "7" } }, 400, "BadPriority"],
  ["no push type of Apple's", { headers: { "apns-push-type": "loud" } }, 400, "InvalidPushType"],
  ["a push type for other apps", { headers: { "apns-push-type": "voip" } }, 400, "InvalidPushType"],
  ["a date for expiration", { headers: { "apns-expiration": "2030-01-01" } }, 400, "BadExpirationDate"],
  ["an expiration before the epoch", { headers: { "apns-expiration": "-1" } }, 400, "BadExpirationDate"],
  ["a collapse id of 65 bytes", { headers: { "apns-collapse-id": "x".repeat(65) } }, 400, "BadCollapseId"],
  ["no body", { body: "" }, 400, "PayloadEmpty"],
  ["no JSON", { body: "hello" }, 400, "PayloadEmpty"],
  ["no aps", { body: { title: "hello" } }, 400, "PayloadEmpty"],
  ["4,097 bytes", { body: sized(4_097) }, 413, "PayloadTooLarge"],
  ["200,000 bytes", { body: sized(200_000) }, 413, "PayloadTooLarge"],
  ["an alert that alerts nobody", { body: background() }, 400, "InvalidPushType"],
  ["a background alert", { headers: asBackground, body: alert("hello") }, 400, "InvalidPushType"],
  ["a background push for nothing", { headers: asBackground, body: { aps: {} } }, 400, "InvalidPushType"],
  [
    "an urgent background push",
    { headers: { "apns-push-type": "background" }, body: background() },
    400,
    "BadPriority",
  ],
  [
    "a background push without priority, which is 10",
    { headers: { "apns-push-type": "background", "apns-priority": null }, body: background() },
    400,
    "BadPriority",
  ],
  [
    "the same without a push type",
    { headers: { "apns-push-type": null, "apns-priority": null }, body: background() },
    400,
    "BadPriority",
  ],
])("%s is refused", async (_what, sending, status, reason) => {
  const answer = await push(phone, sending);
  expect(answer).toMatchObject({ status, headers: { "apns-id": expect.stringMatching(uuid) } });
  expect(answer.body).toEqual({ reason });
  const [noted] = await apns.control.received();
  expect(noted).toMatchObject({ status, content: null, reason: expect.stringMatching(`^${reason}: .+`) });
});

test.each<[what: string, sending: Sending]>([
  ["4,096 bytes", { body: sized(4_096) }],
  ["a collapse id of 64 bytes", { headers: { "apns-collapse-id": "x".repeat(64) } }],
  ["an alert without push type and priority", { headers: { "apns-push-type": null, "apns-priority": null } }],
  ["a sound alone", { body: { aps: { sound: "default" } } }],
  ["a badge of 0", { body: { aps: { badge: 0 } } }],
  ["a low priority", { headers: { "apns-priority": "1" } }],
  ["a background push", { headers: asBackground, body: background() }],
])("%s: taken", async (_what, sending) => {
  expect(await push(phone, sending)).toMatchObject({ status: 200 });
});

test("a device is reached in its own environment alone, which the host's name decides", async () => {
  expect(inSandbox.channel).toEqual({
    token: expect.stringMatching(/^[\da-f]{64}$/),
    bundleId: "com.contoso.app",
    environment: "sandbox",
  });
  expect(phone.channel).toMatchObject({ environment: "production" });
  const taken = await pushToSandbox(inSandbox);
  expect(taken).toMatchObject({ status: 200, headers: { "apns-unique-id": expect.stringMatching(uuid) } });
  for (const elsewhere of [await pushToSandbox(phone), await push(inSandbox)]) {
    expect(elsewhere).toMatchObject({ status: 400, body: { reason: "BadDeviceToken" } });
  }
});

test("a device token may be written in capitals", async () => {
  const path = `/3/device/${String(phone.channel.token).toUpperCase()}`;
  expect(await push(phone, { headers: { ":path": path } })).toMatchObject({ status: 200 });
});

test("an app that was removed is Unregistered since then, whatever is sent", async () => {
  const gone = await apns.control.createDevice();
  await apns.control.removeDevice(gone.deviceId);
  const timestamp = apns.clock.now;
  apns.clock.now += 1_000;
  for (const body of [alert("hello"), sized(4_097)]) {
    const answer = await push(gone, { body });
    expect(answer.status).toBe(410);
    expect(answer.body).toEqual({ reason: "Unregistered", timestamp });
  }
});

test.each<[what: string, claims: object, header: object, reason: string]>([
  ["of another team", { iss: "ABCDEFGHJK" }, {}, "InvalidProviderToken"],
  ["of another key id", {}, { kid: "ABCDEFGHJK" }, "InvalidProviderToken"],
  ["without key id", {}, { kid: undefined }, "InvalidProviderToken"],
  ["that does not say when it was issued", { iat: undefined }, {}, "InvalidProviderToken"],
  ["of tomorrow", { iat: Math.floor(Date.now() / 1000) + 86_400 }, {}, "InvalidProviderToken"],
  ["of more than an hour ago", { iat: Math.floor(Date.now() / 1000) - 3_660 }, {}, "ExpiredProviderToken"],
])("a provider token %s is refused", async (_what, claims, header, reason) => {
  const providerToken = await apns.providerToken(claims, header);
  expect(await pusher(apns.connect(), providerToken)(phone)).toMatchObject({ status: 403, body: { reason } });
});

test("a provider token signed with another key, or that is none, is refused", async () => {
  const { privateKey } = newAccount();
  const forged = await apns.providerToken({}, {}, { ...apns.account, privateKey });
  for (const providerToken of [forged, "none"]) {
    const answer = await pusher(apns.connect(), providerToken)(phone);
    expect(answer).toMatchObject({ status: 403, body: { reason: "InvalidProviderToken" } });
  }
});

/** An alert of exactly so many bytes. */
function sized(bytes: number): string {
  const around = JSON.stringify(alert("")).length;
  return JSON.stringify(alert("x".repeat(bytes - around)));
}
