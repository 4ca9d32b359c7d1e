import { createCipheriv, createECDH, randomFillSync, type ECDH } from "node:crypto";
import type { WebPushChannel } from "../../subscription/subscription.ts";
import { hmac, messageBytesMost } from "./hmac.ts";

/** What is new with each message, and never used twice: the sender's key pair and the salt. */
export type Fresh = {
  /** Has its key pair; `publicKey` is the public one of it, uncompressed. */
  readonly sender: Pick<ECDH, "computeSecret">;
  readonly publicKey: Uint8Array;
  readonly salt: Uint8Array;
};

const [saltBytes, publicKeyBytes, tagBytes, authBytesLeast] = [16, 65, 16, 16];
/** As every sender says; a browser takes no message of two records (RFC 8291, 4). */
const recordBytes = 4_096;
/** The salt, the record's size (4), the length of the key's name (1), and for a name the sender's public key. */
const headerBytes = saltBytes + 4 + 1 + publicKeyBytes;
const lastRecord = 2;

/**
 * A text as the body of a push (RFC 8291, `aes128gcm` of RFC 8188), 103 bytes longer than its UTF-8, in one record. Each call makes a new key pair and
 * a new salt. Throws when the device's keys are no keys, and for a text beyond 4,079 bytes, which is more than any push service takes.
 */
export const encrypt = (keys: WebPushChannel["keys"], text: string): Buffer =>
  encryptWith({ publicKey: exchange.generateKeys(), sender: exchange, salt: nextSalt() }, keys, text);

/** The same with a key pair and a salt that are given: what published examples are checked with. */
export const encryptWith = (fresh: Fresh, keys: WebPushChannel["keys"], text: string): Buffer => {
  const receiver = Buffer.from(keys.p256dh, "base64url");
  if (receiver.length !== publicKeyBytes) throw new Error("p256dh is no uncompressed point of P-256");
  const auth = Buffer.from(keys.auth, "base64url");
  if (auth.length < authBytesLeast) throw new Error("auth is shorter than 16 bytes");

  const textBytes = Buffer.byteLength(text);
  const recordEnd = headerBytes + textBytes + 1;
  if (recordEnd + tagBytes > headerBytes + recordBytes) throw new RangeError("the text does not fit in one record");

  const { key, nonce } = derived(fresh, { receiver, auth });
  const body = Buffer.allocUnsafe(recordEnd + tagBytes);
  body.set(fresh.salt);
  body.writeUInt32BE(recordBytes, saltBytes);
  body[headerBytes - publicKeyBytes - 1] = publicKeyBytes;
  body.set(fresh.publicKey, headerBytes - publicKeyBytes);
  body.write(text, headerBytes);
  body[recordEnd - 1] = lastRecord;

  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  body.set(cipher.update(body.subarray(headerBytes, recordEnd)), headerBytes);
  cipher.final(); // of a stream cipher nothing is left
  body.set(cipher.getAuthTag(), recordEnd);
  return body;
};

/** One for all messages, for making it costs half as much as its keys; `generateKeys` throws away the pair before. */
const exchange = createECDH("prime256v1");

/** Each is used once: drawn many at a time, for a draw costs the same whatever its length. */
const salts = Buffer.alloc(256 * saltBytes);
let saltsUsed = salts.length;
const nextSalt = (): Buffer => {
  if (saltsUsed === salts.length) {
    randomFillSync(salts);
    saltsUsed = 0;
  }
  return salts.subarray(saltsUsed, (saltsUsed += saltBytes));
};

/** The last byte of each is the counter of RFC 5869's HKDF, of which one round is enough here. */
const keyInfo = Buffer.from("Content-Encoding: aes128gcm\0\u0001");
const nonceInfo = Buffer.from("Content-Encoding: nonce\0\u0001");
const webPushInfo = Buffer.alloc(messageBytesMost, 1);
const webPushInfoHead = webPushInfo.write("WebPush: info\0");

/** RFC 8291, 3.4. */
const derived = (
  { sender, publicKey, salt }: Fresh,
  { receiver, auth }: { readonly receiver: Buffer; readonly auth: Buffer },
): { readonly key: Buffer; readonly nonce: Buffer } => {
  const secret = sender.computeSecret(receiver); // throws when the receiver's key is not on the curve
  webPushInfo.set(receiver, webPushInfoHead);
  webPushInfo.set(publicKey, webPushInfoHead + publicKeyBytes);
  const material = hmac(hmac(auth, secret), webPushInfo);
  const extracted = hmac(salt, material);
  return { key: hmac(extracted, keyInfo).subarray(0, 16), nonce: hmac(extracted, nonceInfo).subarray(0, 12) };
};
