import { createCipheriv, createECDH, hkdfSync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import webPush from "web-push";
import { messageOpener } from "../../../infra/local/webpush/open-message.ts";
import { newSubscriptionKeys } from "../../../infra/local/webpush/subscription-keys.ts";
import vector from "../../vectors/rfc8291-appendix-a.json" with { type: "json" };

const keys = newSubscriptionKeys(null);
const open = messageOpener(keys);
const encrypt = (text: string | Buffer): Buffer =>
  webPush.encrypt(keys.p256dh, keys.auth, text, "aes128gcm").cipherText;

/** RFC 8291 by hand, so that what goes into the record (padding and delimiter too) is the test's. */
const sealed = (padded: Buffer, recordSize = 4_096): Buffer => {
  const sender = createECDH("prime256v1");
  const senderKey = sender.generateKeys();
  const derive = (secret: Buffer, salt: Buffer, info: Buffer | string, bytes: number): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, salt, info, bytes));
  const receiverKey = Buffer.from(keys.p256dh, "base64url");
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), receiverKey, senderKey]);
  const input = derive(sender.computeSecret(receiverKey), Buffer.from(keys.auth, "base64url"), info, 32);
  const salt = randomBytes(16);
  const key = derive(input, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = derive(input, salt, "Content-Encoding: nonce\0", 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const record = Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(recordSize);
  return Buffer.concat([salt, size, Buffer.from([65]), senderKey, record]);
};

test("the example of RFC 8291 is decrypted", () => {
  const openExample = messageOpener({ privateKey: vector.receiverPrivateKey, auth: vector.authSecret });
  expect(openExample(Buffer.from(vector.message, "base64url"))).toEqual({ kind: "opened", content: vector.plaintext });
});

test("what web-push encrypts is decrypted: nothing, little, as much as fits, any script", () => {
  for (const text of ["", "a", "x".repeat(3_993), "Grüße 👋"]) {
    expect(open(encrypt(text))).toEqual({ kind: "opened", content: text });
  }
});

test("padding is cut off, and zeros that belong to the text are not", () => {
  expect(open(sealed(Buffer.from("text\0\0\u0002\0\0\0")))).toEqual({ kind: "opened", content: "text\0\0" });
});

test("a message with any byte changed is not decrypted", () => {
  const message = encrypt("hello");
  for (let index = 0; index < message.length; index += 1) {
    const changed = Buffer.from(message);
    changed[index] = (changed[index] ?? 0) ^ 1;
    // The lowest bits of the record size are nobody's business while the record fits.
    if (index >= 16 && index < 20) continue;
    expect(open(changed).kind, `byte ${index}`).toBe("undecryptable");
  }
});

test.each([
  ["for other keys", webPush.encrypt(newSubscriptionKeys(null).p256dh, keys.auth, "x", "aes128gcm").cipherText],
  [
    "with another secret",
    webPush.encrypt(keys.p256dh, randomBytes(16).toString("base64url"), "x", "aes128gcm").cipherText,
  ],
  ["cut within its header", encrypt("hello").subarray(0, 85)],
  ["cut within its tag", encrypt("hello").subarray(0, 101)],
  ["of several records", sealed(Buffer.from("hello\u0002"), 21)],
  ["whose record is not the last", sealed(Buffer.from("hello\u0001"))],
  ["of nothing but padding", sealed(Buffer.alloc(10))],
  ["encrypted by an older draft", webPush.encrypt(keys.p256dh, keys.auth, "x", "aesgcm").cipherText],
])("a message %s is undecryptable, and says why", (_case, message) => {
  expect(open(message)).toEqual({ kind: "undecryptable", reason: expect.stringMatching(/\w+ \w+/) });
});

test("new keys are a browser's: a point of P-256 and 16 secret bytes, never the same twice", () => {
  expect(Buffer.from(keys.p256dh, "base64url")).toHaveLength(65);
  expect(Buffer.from(keys.auth, "base64url")).toHaveLength(16);
  expect(newSubscriptionKeys(null)).not.toEqual(keys);
});
