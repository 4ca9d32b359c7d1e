import { createECDH } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../../../shared/problem.ts";
import { parseSubscription, requireRegistered } from "../../../shared/subscription/parse-subscription.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import type { Channel, WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { browserKeys, now, vapidKeys, vapidPublicKeys } from "../samples.ts";

const circumstances = { pushHosts: { allowed: knownPushHosts, extra: [] }, vapidKeys, now };
const endpoint = "https://fcm.googleapis.com/fcm/send/abc";

const bodyWith = (changes: Record<string, unknown> = {}, channel: Record<string, unknown> = {}): unknown => ({
  targetHostName: "App.Contoso.com",
  platformType: "WebPush",
  deviceId: "device",
  channel: { endpoint, keys: browserKeys, ...channel },
  ...changes,
});

const problemOf = (body: unknown): Problem => {
  try {
    parseSubscription(body, circumstances);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It was accepted.");
};
const told = (body: unknown): string[] => problemOf(body).details.map(({ target, message }) => `${target}: ${message}`);
const keysOf = (keys: Record<string, unknown>): WebPushChannel["keys"] => {
  const { channel } = parseSubscription(bodyWith({}, { keys: { ...browserKeys, ...keys } }), circumstances);
  return (channel as WebPushChannel).keys;
};

test("a browser's PushSubscription is taken as it serialises itself, and the defaults are filled in", () => {
  const { channel, ...draft } = parseSubscription(bodyWith({}, { expirationTime: null }), circumstances);
  expect(draft).toEqual({
    targetHostName: "app.contoso.com",
    platformType: "WebPush",
    deviceId: "device",
    displayName: null,
    notificationType: "NotificationWithPayload",
    channelExpiresAt: null,
  });
  expect(channel).toEqual({ kind: "webpush", endpoint, keys: browserKeys });
});

const bound = (applicationServerKey: unknown, more: Record<string, unknown> = {}): unknown =>
  bodyWith({}, { applicationServerKey, ...more });

test("the key a browser says it is subscribed with is kept by its id, and its channel is the same whether it says so or not", () => {
  const unsaid = parseSubscription(bodyWith(), circumstances);
  expect(unsaid.vapidKeyId).toBeUndefined();
  for (const name of ["current", "previous"] as const) {
    const key = Buffer.from(vapidPublicKeys[name], "base64url");
    for (const text of [vapidPublicKeys[name], key.toString("base64")]) {
      const { vapidKeyId, ...draft } = parseSubscription(bound(text), circumstances);
      expect(vapidKeyId).toBe(vapidKeys[name]);
      expect({ ...draft, vapidKeyId: undefined }).toEqual(unsaid);
    }
  }
  expect(parseSubscription(bound(null), circumstances)).toEqual(unsaid);
});

test("a browser that is subscribed with a key which is neither is told to subscribe with the current one, beside all else", () => {
  const pair = createECDH("prime256v1");
  const strange = "channel.applicationServerKey: must be this server's key: subscribe with the current one";
  expect(told(bound(pair.generateKeys("base64url"), { expirationTime: now }))).toEqual([
    expect.stringContaining(strange),
    "channel.expirationTime: must not be in the past",
  ]);
  expect(told(bound("key"))).toEqual([
    "channel.applicationServerKey: must be an uncompressed P-256 public key, base64url",
  ]);
  const onlyOne = { ...circumstances, vapidKeys: { current: vapidKeys.current } };
  expect(() => parseSubscription(bound(vapidPublicKeys.previous), onlyOne)).toThrow(Problem);
});

test("what a client may say beyond that is kept", () => {
  const changes = { displayName: "Edge on laptop", notificationType: "notificationonly", platformType: "WEBPUSH" };
  expect(parseSubscription(bodyWith(changes, { expirationTime: now + 1.5 }), circumstances)).toMatchObject({
    displayName: "Edge on laptop",
    notificationType: "NotificationOnly",
    platformType: "WebPush",
    channelExpiresAt: now + 1,
  });
});

test("keys are taken in either base64 alphabet, padded or not, and kept as base64url", () => {
  fc.assert(
    fc.property(fc.constantFrom("base64", "base64url"), fc.boolean(), (alphabet, isPadded) => {
      const key = createECDH("prime256v1").generateKeys();
      const secret = Buffer.from(key.subarray(1, 17));
      const written = (bytes: Buffer): string => {
        const text = bytes.toString(alphabet).replace(/=+$/, "");
        return isPadded ? text.padEnd(Math.ceil(text.length / 4) * 4, "=") : text;
      };
      expect(keysOf({ p256dh: written(key), auth: written(secret) })).toEqual({
        p256dh: key.toString("base64url"),
        auth: secret.toString("base64url"),
      });
    }),
    { numRuns: 20 },
  );
});

const point = Buffer.from(browserKeys.p256dh, "base64url");
const altered = (change: (bytes: Buffer) => Buffer): string => change(Buffer.from(point)).toString("base64url");
const withByte = (index: number, value: number): string => altered((bytes) => bytes.fill(value, index, index + 1));
const notAPoint = "channel.keys.p256dh: must be an uncompressed P-256 public key, base64url";
const notASecret = "channel.keys.auth: must be 16 bytes, base64url";

test.each([
  ["a point off the curve", { p256dh: withByte(64, 0) }, notAPoint],
  ["the zero point", { p256dh: Buffer.concat([Buffer.from([4]), Buffer.alloc(64)]).toString("base64url") }, notAPoint],
  ["coordinates beyond the field", { p256dh: altered((bytes) => bytes.fill(0xff, 1)) }, notAPoint],
  ["a hybrid point", { p256dh: withByte(0, 6) }, notAPoint],
  [
    "a compressed point",
    { p256dh: Buffer.concat([Buffer.from([2]), point.subarray(1, 33)]).toString("base64url") },
    notAPoint,
  ],
  ["a byte too few", { p256dh: altered((bytes) => bytes.subarray(0, 64)) }, notAPoint],
  ["a byte too many", { p256dh: altered((bytes) => Buffer.concat([bytes, bytes.subarray(0, 1)])) }, notAPoint],
  ["junk within the key", { p256dh: `${browserKeys.p256dh.slice(0, 9)} ${browserKeys.p256dh.slice(9)}` }, notAPoint],
  ["an empty key", { p256dh: "" }, notAPoint],
  ["a key that is no text", { p256dh: 7 }, notAPoint],
  ["no key", { p256dh: undefined }, "channel.keys.p256dh: is required"],
  ["a secret of 15 bytes", { auth: Buffer.alloc(15).toString("base64url") }, notASecret],
  ["a secret of 17 bytes", { auth: Buffer.alloc(17).toString("base64url") }, notASecret],
  ["a secret in hexadecimal", { auth: "00".repeat(16) }, notASecret],
  ["junk within the secret", { auth: "BTBZMqHH6r4Tts7J!aSIgg" }, notASecret],
  ["no secret", { auth: null }, "channel.keys.auth: is required"],
])("%s is refused", (_, keys, fault) => {
  expect(told(bodyWith({}, { keys: { ...browserKeys, ...keys } }))).toEqual([fault]);
});

test.each([
  [{ targetHostName: "https://x" }, "targetHostName: must be a DNS host name, without scheme or path"],
  [{ targetHostName: undefined }, "targetHostName: is required"],
  [{ platformType: undefined }, "platformType: is required"],
  [{ platformType: "Symbian" }, "platformType: must be one of Windows, iOS, Android, WebPush"],
  [{ platformType: 7 }, "platformType: must be one of Windows, iOS, Android, WebPush"],
  [{ deviceId: undefined }, "deviceId: is required"],
  [{ deviceId: "" }, "deviceId: must be a string of 1 to 256 characters"],
  [{ deviceId: "x".repeat(257) }, "deviceId: must be a string of 1 to 256 characters"],
  [{ displayName: "x".repeat(257) }, "displayName: must be a string of at most 256 characters"],
  [{ displayName: 7 }, "displayName: must be a string of at most 256 characters"],
  [
    { notificationType: "All" },
    "notificationType: must be one of NotificationWithPayload, NotificationOnly, NoNotification",
  ],
  [{ channel: undefined }, "channel: is required"],
  [{ channel: endpoint }, "channel: must be an object with endpoint and keys"],
  [{ channel: { endpoint } }, "channel.keys: is required"],
  [{ channel: { keys: browserKeys } }, "channel.endpoint: is required"],
])("%j: %s", (changes, fault) => {
  expect(told(bodyWith(changes))).toEqual([fault]);
});

test.each([
  [{ endpoint: "" }, "channel.endpoint: must be a URL of at most 2048 characters"],
  [{ endpoint: endpoint + "x".repeat(2_048) }, "channel.endpoint: must be a URL of at most 2048 characters"],
  [{ endpoint: "not a url" }, "channel.endpoint: must be an https URL"],
  [{ endpoint: "https://127.0.0.1/" }, "channel.endpoint: must be at a push service this server knows"],
  [{ expirationTime: "2026-01-31" }, "channel.expirationTime: must be milliseconds since 1970, or null"],
  [{ expirationTime: now }, "channel.expirationTime: must not be in the past"],
])("channel %j: %s", (channel, fault) => {
  expect(told(bodyWith({}, channel))).toEqual([fault]);
});

const native = {
  Windows: { uri: "https://db5.notify.windows.com/w/?token=abc" },
  Android: { token: "dGhlIHRva2Vu:APA91b-_x", packageName: "com.contoso.app_2" },
  iOS: { token: "A1b2".repeat(16), bundleId: "com.contoso.App-1", environment: "production" },
};
const nativeWith = (platformType: keyof typeof native, channel: Record<string, unknown> = {}): unknown =>
  bodyWith({ platformType, channel: { ...native[platformType], ...channel } });

test.each<["Windows" | "Android" | "iOS", Channel]>([
  ["Windows", { kind: "wns", ...native.Windows }],
  ["Android", { kind: "fcm", ...native.Android }],
  ["iOS", { kind: "apns", token: "a1b2".repeat(16), bundleId: "com.contoso.App-1", environment: "production" }],
])("a channel of %s is taken, and is told by taps unless the client asks for more", (platformType, channel) => {
  const expected = { platformType, channel, notificationType: "NotificationOnly", channelExpiresAt: null };
  expect(parseSubscription(nativeWith(platformType), circumstances)).toMatchObject(expected);
  const asked = { platformType: platformType.toUpperCase(), notificationType: "NotificationWithPayload" };
  const body = { ...(nativeWith(platformType) as object), ...asked };
  expect(parseSubscription(body, circumstances)).toMatchObject({
    platformType,
    notificationType: asked.notificationType,
  });
});

test("the members of a channel are matched without case, its environment too, and others are ignored", () => {
  const channel = { Token: "00FF", BUNDLEID: "com.contoso.app", environment: "SandBox", "@odata.type": "x", more: 1 };
  expect(parseSubscription(bodyWith({ platformType: "ios", channel }), circumstances).channel).toEqual({
    kind: "apns",
    token: "00ff",
    bundleId: "com.contoso.app",
    environment: "sandbox",
  });
});

test("a Windows channel may say when it ends", () => {
  const body = nativeWith("Windows", { expirationTime: now + 1 });
  expect(parseSubscription(body, circumstances).channelExpiresAt).toBe(now + 1);
});

const aToken = "channel.token: must be a registration token: 1 to 4096 visible ASCII characters";
const hexToken = "channel.token: must be a device token in hexadecimal: 2 to 200 digits, an even number";
const bundle = "channel.bundleId: must be a bundle id: 1 to 155 letters, digits, hyphens and dots";
const pack =
  "channel.packageName: must be an Android application id of at most 255 characters, such as com.contoso.app";

test.each<["Windows" | "Android" | "iOS", Record<string, unknown>, string]>([
  ["Windows", { uri: 7 }, "channel.uri: must be a URL of at most 2048 characters"],
  [
    "Windows",
    { uri: `https://db5.notify.windows.com/${"x".repeat(2_048)}` },
    "channel.uri: must be a URL of at most 2048 characters",
  ],
  ["Windows", { uri: "http://db5.notify.windows.com/" }, "channel.uri: must be an https URL"],
  ["Windows", { uri: "https://db5.notify.windows.com:8443/" }, "channel.uri: must use port 443"],
  ["Windows", { uri: endpoint }, "channel.uri: must be at a push service this server knows"],
  ["Windows", { uri: "https://web.push.apple.com/" }, "channel.uri: must be at a push service this server knows"],
  ["Android", { token: undefined }, "channel.token: is required"],
  ["Android", { token: "" }, aToken],
  ["Android", { token: "a b" }, aToken],
  ["Android", { token: "x".repeat(4_097) }, aToken],
  ["Android", { token: ["x"] }, aToken],
  ["Android", { packageName: "app" }, pack],
  ["Android", { packageName: "com.contoso.app\n" }, pack],
  ["Android", { packageName: `com.${"x".repeat(252)}` }, pack],
  ["iOS", { token: "xyz" }, hexToken],
  ["iOS", { token: "abc" }, hexToken],
  ["iOS", { token: "ab".repeat(101) }, hexToken],
  ["iOS", { bundleId: "" }, bundle],
  ["iOS", { bundleId: "com.contoso.app\r\nx: y" }, bundle],
  ["iOS", { bundleId: "x".repeat(156) }, bundle],
  ["iOS", { environment: undefined }, "channel.environment: is required"],
  ["iOS", { environment: "staging" }, "channel.environment: must be production or sandbox"],
])("%s, channel %j: %s", (platformType, channel, fault) => {
  expect(told(nativeWith(platformType, channel))).toEqual([fault]);
});

test.each<[string, unknown, string]>([
  [
    "Windows",
    { endpoint, keys: browserKeys },
    "channel: must be an object with uri: that is what Windows takes, and this is WebPush's",
  ],
  [
    "WebPush",
    native.iOS,
    "channel: must be an object with endpoint and keys: that is what WebPush takes, and this is iOS's",
  ],
  [
    "iOS",
    native.Android,
    "channel: must be an object with token, bundleId and environment: that is what iOS takes, and this is Android's",
  ],
  ["Android", { token: "x" }, "channel.packageName: is required"],
  ["Android", "token", "channel: must be an object with token and packageName"],
  ["iOS", null, "channel: is required"],
])("%s with the channel %j: %s", (platformType, channel, fault) => {
  expect(told(bodyWith({ platformType, channel }))).toEqual([fault]);
});

test("a Windows channel stays within WNS whatever hosts are allowed, and a developer's own service is taken", () => {
  const pushHosts = {
    allowed: ["push.contoso.com", ".windows.com", "db5.notify.windows.com"],
    extra: ["127.0.0.1:7076"],
  };
  const faultsAt = (uri: string): string[] => {
    try {
      parseSubscription(nativeWith("Windows", { uri }), { pushHosts, vapidKeys, now });
      return [];
    } catch (error) {
      return error instanceof Problem ? error.details.map(({ target }) => target) : ["?"];
    }
  };
  expect(faultsAt("https://db5.notify.windows.com/w")).toEqual([]);
  expect(faultsAt("https://127.0.0.1:7076/w")).toEqual([]);
  for (const elsewhere of [
    "https://push.contoso.com/",
    "https://evil.windows.com/",
    "https://sg2p.notify.windows.com/",
  ]) {
    expect(faultsAt(elsewhere)).toEqual(["channel.uri"]);
  }
});

test("an app must be among the host name's own, if it lists any", () => {
  const check = (platformType: keyof typeof native, bundleIds: string[], packageNames: string[]): string[] => {
    try {
      requireRegistered(parseSubscription(nativeWith(platformType), circumstances), { bundleIds, packageNames });
      return [];
    } catch (error) {
      return error instanceof Problem ? error.details.map(({ target, message }) => `${target}: ${message}`) : ["?"];
    }
  };
  const wrong = "must be one of those registered for targetHostName";
  expect(check("iOS", [], ["com.other"])).toEqual([]);
  expect(check("iOS", ["x", "com.contoso.App-1"], [])).toEqual([]);
  expect(check("iOS", ["com.contoso.app-1"], [])).toEqual([`channel.bundleId: ${wrong}`]);
  expect(check("Android", ["com.other"], [])).toEqual([]);
  expect(check("Android", [], ["com.contoso.app_2"])).toEqual([]);
  expect(check("Android", [], ["com.contoso"])).toEqual([`channel.packageName: ${wrong}`]);
  expect(check("Windows", ["x"], ["x"])).toEqual([]);
});

test("every faulty member is named at once, an endpoint elsewhere included", () => {
  const body = bodyWith({ deviceId: 7 }, { endpoint: "https://evil.example/", keys: { p256dh: "x", auth: "x" } });
  expect(problemOf(body).details.map(({ target }) => target)).toEqual([
    "deviceId",
    "channel.keys.p256dh",
    "channel.keys.auth",
    "channel.endpoint",
  ]);
});

test.each([[[]], ["text"], [null], [7], [{}]])("the body %j is refused", (body) => {
  expect(problemOf(body).kind).toBe("invalid");
});

test("neither endpoint nor keys are ever repeated in what a caller is told", () => {
  const secret = "s3cr3t-4711";
  const values = fc.constantFrom<unknown>(secret, [secret], { [secret]: secret }, `https://evil.example/${secret}`);
  const keys = fc.oneof(values, fc.record({ p256dh: values, auth: values }));
  const channels = fc.oneof(
    values,
    fc.record({ endpoint: values, keys, expirationTime: values }),
    fc.record({ uri: values, token: values, bundleId: values, packageName: values, environment: values }),
  );
  fc.assert(
    fc.property(
      channels,
      fc.oneof(values, fc.constantFrom("iOS", "Android", "Windows", "WebPush")),
      (channel, value) => {
        const { message, details } = problemOf(bodyWith({ channel, platformType: value, notificationType: secret }));
        expect(JSON.stringify([message, details])).not.toContain(secret);
      },
    ),
  );
});
