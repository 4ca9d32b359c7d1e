import { createECDH } from "node:crypto";
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import webPush from "web-push";
import { messageOpener } from "../../../../infra/local/webpush/open-message.ts";
import { newSubscriptionKeys } from "../../../../infra/local/webpush/subscription-keys.ts";
import { encrypt, encryptWith } from "../../../../shared/channels/webpush/encrypt.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import vector from "../../../vectors/rfc8291-appendix-a.json" with { type: "json" };

const device = newSubscriptionKeys(null);

/** What web-push encrypts with, and other senders' and browsers' tests decrypt with. */
const requiredByWebPush = createRequire(createRequire(import.meta.url).resolve("web-push"));
const { decrypt } = requiredByWebPush("http_ece") as {
  readonly decrypt: (body: Buffer, options: Readonly<Record<string, unknown>>) => Buffer;
};
const privateKey = createECDH("prime256v1");
privateKey.setPrivateKey(device.privateKey, "base64url");
const decrypted = (body: Buffer): string =>
  decrypt(body, { version: "aes128gcm", privateKey, authSecret: device.auth }).toString();

test("with the keys and salt of RFC 8291's example its message comes out, byte by byte", () => {
  const sender = createECDH("prime256v1");
  sender.setPrivateKey(vector.senderPrivateKey, "base64url");
  const fresh = { sender, publicKey: sender.getPublicKey(), salt: Buffer.from(vector.salt, "base64url") };
  const body = encryptWith(fresh, { p256dh: vector.receiverPublicKey, auth: vector.authSecret }, vector.plaintext);
  expect(body.toString("base64url")).toBe(vector.message);
});

test("whatever fits is decrypted to the letter, by a browser's rules and by web-push's own library", () => {
  const open = messageOpener(device);
  const text = fc.string({ unit: anyCharacter, maxLength: 100 });
  fc.assert(
    fc.property(text, (content) => {
      const body = encrypt(device, content);
      expect(open(body)).toEqual({ kind: "opened", content });
      expect(decrypted(body)).toBe(content);
      expect(body).toHaveLength(Buffer.byteLength(content) + 103);
    }),
  );
});

test("one record is filled to its last byte, and what is longer is refused rather than sent in two", () => {
  const body = encrypt(device, "x".repeat(4_079));
  expect(messageOpener(device)(body)).toMatchObject({ kind: "opened" });
  expect(body).toHaveLength(86 + 4_096);
  expect(() => encrypt(device, "x".repeat(4_080))).toThrow(RangeError);
  expect(() => encrypt(device, "ü".repeat(2_040))).toThrow(RangeError);
});

test("no two messages share a salt or a sender's key, however many, to one device or to several", () => {
  const bodies = Array.from({ length: 600 }, (_, index) =>
    encrypt(index % 2 === 0 ? device : newSubscriptionKeys(null), "the same"),
  );
  const salts = new Set(bodies.map((body) => body.subarray(0, 16).toString("hex")));
  const senders = new Set(bodies.map((body) => body.subarray(21, 86).toString("hex")));
  expect([salts.size, senders.size]).toEqual([600, 600]);
});

test("a message that was refused leaves nothing behind: the next one is decrypted", () => {
  expect(() => encrypt({ ...device, p256dh: notOnTheCurve }, "lost")).toThrow();
  expect(decrypted(encrypt(device, "kept"))).toBe("kept");
});

const point = Buffer.from(device.p256dh, "base64url");
const changed = (at: number, value: number): string => {
  const other = Buffer.from(point);
  other[at] = value;
  return other.toString("base64url");
};
const notOnTheCurve = changed(64, (point[64] ?? 0) ^ 1);

test.each([
  ["p256dh is empty", { p256dh: "" }],
  ["p256dh is one byte short", { p256dh: point.subarray(0, 64).toString("base64url") }],
  ["p256dh is one byte long", { p256dh: Buffer.concat([point, point]).toString("base64url", 0, 66) }],
  ["p256dh is compressed", { p256dh: Buffer.from([2, ...point.subarray(1, 33)]).toString("base64url") }],
  ["p256dh is not on the curve", { p256dh: notOnTheCurve }],
  ["p256dh is of no known form", { p256dh: changed(0, 5) }],
  ["p256dh is all zeros", { p256dh: Buffer.alloc(65).toString("base64url") }],
  ["auth is empty", { auth: "" }],
  ["auth is one byte short", { auth: Buffer.alloc(15).toString("base64url") }],
])("a device is refused when its %s, as web-push refuses it", (_case, keys) => {
  const { p256dh, auth } = { ...device, ...keys };
  expect(() => webPush.encrypt(p256dh, auth, "x", "aes128gcm")).toThrow();
  expect(() => encrypt({ p256dh, auth }, "x")).toThrow();
});

test("what web-push takes is taken: padded base64, the standard alphabet, and a longer secret", () => {
  const p256dh = point.toString("base64");
  const auth = Buffer.alloc(70, 7).toString("base64");
  expect(() => webPush.encrypt(p256dh, auth, "x", "aes128gcm")).not.toThrow();
  const body = encrypt({ p256dh, auth }, "x");
  expect(decrypt(body, { version: "aes128gcm", privateKey, authSecret: auth }).toString()).toBe("x");
});
