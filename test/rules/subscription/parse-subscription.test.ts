import { createECDH } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../../../shared/problem.ts";
import { parseSubscription } from "../../../shared/subscription/parse-subscription.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { browserKeys, now } from "../samples.ts";

const pushHosts = { allowed: knownPushHosts, extra: [] };
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
    parseSubscription(body, pushHosts);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("It was accepted.");
};
const told = (body: unknown): string[] => problemOf(body).details.map(({ target, message }) => `${target}: ${message}`);
const keysOf = (keys: Record<string, unknown>): WebPushChannel["keys"] => {
  const { channel } = parseSubscription(bodyWith({}, { keys: { ...browserKeys, ...keys } }), pushHosts);
  return (channel as WebPushChannel).keys;
};

test("a browser's PushSubscription is taken as it serialises itself, and the defaults are filled in", () => {
  const { channel, ...draft } = parseSubscription(bodyWith({}, { expirationTime: null }), pushHosts);
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

test("what a client may say beyond that is kept", () => {
  const changes = { displayName: "Edge on laptop", notificationType: "notificationonly", platformType: "WEBPUSH" };
  expect(parseSubscription(bodyWith(changes, { expirationTime: now }), pushHosts)).toMatchObject({
    displayName: "Edge on laptop",
    notificationType: "NotificationOnly",
    platformType: "WebPush",
    channelExpiresAt: now,
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
  [{ platformType: "Symbian" }, "platformType: must be WebPush"],
  [{ platformType: "iOS" }, "platformType: must be WebPush: no other platform is served yet"],
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
])("channel %j: %s", (channel, fault) => {
  expect(told(bodyWith({}, channel))).toEqual([fault]);
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
  const channels = fc.oneof(values, fc.record({ endpoint: values, keys, expirationTime: values }));
  fc.assert(
    fc.property(channels, values, (channel, value) => {
      const { message, details } = problemOf(bodyWith({ channel, platformType: value, notificationType: value }));
      expect(JSON.stringify([message, details])).not.toContain(secret);
    }),
  );
});
