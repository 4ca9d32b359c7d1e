import { createDecipheriv, createECDH, hkdfSync, type ECDH } from "node:crypto";

/** What a user agent keeps secret of a subscription, base64url: its P-256 private key and the authentication secret. */
export type SubscriptionSecrets = { readonly privateKey: string; readonly auth: string };

export type Opened =
  { readonly kind: "opened"; readonly content: string } | { readonly kind: "undecryptable"; readonly reason: string };

const saltBytes = 16;
const publicKeyBytes = 65;
const tagBytes = 16;
/** salt, record size (4), length of the key id (1), and the sender's public key as the key id. */
const headerBytes = saltBytes + 4 + 1 + publicKeyBytes;

/**
 * What decrypts the messages of one subscription, as a browser does (RFC 8291, RFC 8188 `aes128gcm`). Written
 * anew over node:crypto, so that the library senders use is not checked by itself. A message is one record of UTF-8 text;
 * everything that does not follow the RFCs to the letter is undecryptable, never thrown.
 */
export const messageOpener = ({ privateKey, auth }: SubscriptionSecrets): ((body: Buffer) => Opened) => {
  // ECDH with the raw keys: importing the sender's key as a KeyObject costs as much again as the exchange.
  const keyPair = createECDH("prime256v1");
  keyPair.setPrivateKey(privateKey, "base64url");
  const publicKey = keyPair.getPublicKey();
  const authSecret = Buffer.from(auth, "base64url");

  return (body) => {
    if (body.length < headerBytes) return undecryptable("the message is shorter than an aes128gcm header");
    const recordSize = body.readUInt32BE(saltBytes);
    if (body[saltBytes + 4] !== publicKeyBytes) return undecryptable("its key id is not an uncompressed P-256 key");
    const salt = body.subarray(0, saltBytes);
    const senderKey = body.subarray(headerBytes - publicKeyBytes, headerBytes);
    const record = body.subarray(headerBytes);
    // RFC 8291 section 4: a push message is a single record; RFC 8188 section 2: one that is not full is the last.
    if (record.length > recordSize) return undecryptable("the message has more than one record");
    if (record.length <= tagBytes) return undecryptable("its record is too short");

    const sharedSecret = exchange(keyPair, senderKey);
    if (!sharedSecret) return undecryptable("its key id is not a point of P-256");
    const input = derive(sharedSecret, authSecret, Buffer.concat([webPushInfo, publicKey, senderKey]), 32);
    const padded = decrypt(record, derive(input, salt, keyInfo, 16), derive(input, salt, nonceInfo, 12));
    if (!padded) return undecryptable("it was not encrypted for this subscription's keys");
    return unpad(padded);
  };
};

const webPushInfo = Buffer.from("WebPush: info\0");
const keyInfo = Buffer.from("Content-Encoding: aes128gcm\0");
const nonceInfo = Buffer.from("Content-Encoding: nonce\0");

const undecryptable = (reason: string): Opened => ({ kind: "undecryptable", reason });

const derive = (secret: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, bytes));

const exchange = (keyPair: ECDH, senderKey: Buffer): Buffer | undefined => {
  try {
    return keyPair.computeSecret(senderKey);
  } catch {
    return undefined;
  }
};

const decrypt = (record: Buffer, key: Buffer, nonce: Buffer): Buffer | undefined => {
  const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(record.subarray(-tagBytes));
  const padded = decipher.update(record.subarray(0, -tagBytes));
  try {
    decipher.final();
    return padded;
  } catch {
    return undefined;
  }
};

/** RFC 8188 section 2: the text, the delimiter 2 of the last record, then nothing but zeros. */
const unpad = (padded: Buffer): Opened => {
  let end = padded.length - 1;
  while (end >= 0 && padded[end] === 0) end -= 1;
  if (padded[end] !== 2) return undecryptable("its padding lacks the delimiter of a last record");
  return { kind: "opened", content: padded.toString("utf8", 0, end) };
};
