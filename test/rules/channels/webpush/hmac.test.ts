import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmac, messageBytesMost } from "../../../../shared/channels/webpush/hmac.ts";

test("it is Node's HMAC-SHA-256, for keys shorter and longer than a block and whatever was asked before", () => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: "max" });
  fc.assert(
    fc.property(bytes(100), bytes(messageBytesMost), (key, message) => {
      expect(hmac(key, message)).toEqual(createHmac("sha256", key).update(message).digest());
    }),
    { numRuns: 500 },
  );
});

test("a message longer than there is room for is refused, not cut", () => {
  expect(() => hmac(new Uint8Array(16), new Uint8Array(messageBytesMost + 1))).toThrow(RangeError);
});
