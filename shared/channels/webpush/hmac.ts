import { hash } from "node:crypto";

/** Of SHA-256, in bytes: what it works on at once, and what it gives. */
const [blockBytes, hashBytes] = [64, 32];
const [innerPad, outerPad] = [0x36, 0x5c];

/** The longest message: what RFC 8291 derives the keying material from, `WebPush: info`, two public keys and a counter. */
export const messageBytesMost = 145;

const inner = Buffer.alloc(blockBytes + messageBytesMost);
const outer = Buffer.alloc(blockBytes + hashBytes);

/**
 * HMAC-SHA-256 (RFC 2104) of a message of at most `messageBytesMost`; throws a RangeError beyond. Of two calls to `hash` and not of `createHmac`:
 * on Node 20 and 22 they cost the same, but on 24 that fetches the algorithm anew each time, and five of them cost as much as the key exchange.
 */
export const hmac = (key: Uint8Array, message: Uint8Array): Buffer => {
  const blockKey = key.length > blockBytes ? hash("sha256", key, "buffer") : key;
  pad(inner, blockKey, innerPad);
  inner.set(message, blockBytes);
  pad(outer, blockKey, outerPad);
  outer.write(digestOf(inner.subarray(0, blockBytes + message.length)), blockBytes, asCharacters);
  return Buffer.from(digestOf(outer), asCharacters);
};

/** Of a digest a byte for each character: memory of its own, which a buffer of OpenSSL's has, costs twice as much as the hash. */
const asCharacters = "binary";
const digestOf = (block: Buffer): string => hash("sha256", block, asCharacters);

/** The key, filled up with zeros to a block, each byte XOR the padding's. */
const pad = (block: Buffer, key: Uint8Array, padding: number): void => {
  for (let at = 0; at < key.length; at += 1) block[at] = (key[at] ?? 0) ^ padding;
  block.fill(padding, key.length, blockBytes);
};
