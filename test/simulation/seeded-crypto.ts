import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type { Random } from "./random.ts";

/**
 * Gives this process randomness that a seed decides, until what is returned is called: ids, epochs and UNSIDs are names in a
 * trace, and keys by which rows are ordered. Of node:crypto what the app uses: `randomBytes`, and `getRandomValues` for UUIDs.
 */
export const seedCrypto = (random: Random): (() => void) => {
  const fill = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = random.next() * 256;
  };
  const trueBytes = crypto.randomBytes;
  const seededBytes = (size: number): Buffer => {
    const bytes = Buffer.alloc(size);
    fill(bytes);
    return bytes;
  };
  Object.assign(crypto, { randomBytes: seededBytes });
  syncBuiltinESMExports();
  Object.defineProperty(globalThis.crypto, "getRandomValues", {
    configurable: true,
    value: (bytes: Uint8Array) => {
      fill(bytes);
      return bytes;
    },
  });
  return () => {
    Object.assign(crypto, { randomBytes: trueBytes });
    syncBuiltinESMExports();
    Reflect.deleteProperty(globalThis.crypto, "getRandomValues");
  };
};
