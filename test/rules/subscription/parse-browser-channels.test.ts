import { createECDH } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Problem } from "../../../shared/problem.ts";
import { parseSubscription } from "../../../shared/subscription/parse-subscription.ts";
import type { WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { browserKeys, now, vapidKeys, vapidPublicKeys } from "../samples.ts";
import { bodyWith, circumstances, endpoint, told } from "./parsing.ts";

const keysOf = (keys: Record<string, unknown>): WebPushChannel["keys"] => {
  const { channel } = parseSubscription(bodyWith({}, { keys: { ...browserKeys, ...keys } }), circumstances);
  return (channel as WebPushChannel).keys;
};

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
  [{ endpoint: "" }, "channel.endpoint: must be a URL of at most 2048 characters"],
  [{ endpoint: endpoint + "x".repeat(2_048) }, "channel.endpoint: must be a URL of at most 2048 characters"],
  [{ endpoint: "not a url" }, "channel.endpoint: must be an https URL"],
  [{ endpoint: "https://127.0.0.1/" }, "channel.endpoint: must be at a push service this server knows"],
  [{ expirationTime: "2026-01-31" }, "channel.expirationTime: must be milliseconds since 1970, or null"],
  [{ expirationTime: now }, "channel.expirationTime: must not be in the past"],
])("channel %j: %s", (channel, fault) => {
  expect(told(bodyWith({}, channel))).toEqual([fault]);
});
