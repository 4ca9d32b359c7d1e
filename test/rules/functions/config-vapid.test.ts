import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { readConfig } from "../../../functions/config.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { azure, type Environment, faultsOf, otherPair, retiredPair, privateKey, publicKey } from "./environments.ts";

test("a pair of VAPID keys that do not belong together is a fault: every push would be refused", () => {
  for (const publicKeyOfAnother of [otherPair.getPublicKey("base64url"), randomBytes(65).toString("base64url")]) {
    expect(faultsOf({ ...azure, VAPID_PUBLIC_KEY: publicKeyOfAnother })).toEqual([
      "VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY are not of one pair",
    ]);
  }
});

test("the pair of VAPID keys that is being retired is taken beside the current one; left empty, there is none", () => {
  const { vapid, vapidKeys } = readConfig({ ...azure, ...retiredPair });
  const pair = { publicKey: retiredPair.VAPID_PREVIOUS_PUBLIC_KEY, privateKey: retiredPair.VAPID_PREVIOUS_PRIVATE_KEY };
  expect(vapid).toMatchObject({ publicKey, previous: pair });
  expect(vapidKeys).toEqual({ current: vapidKeyIdOf(publicKey), previous: vapidKeyIdOf(pair.publicKey) });
  const none = { ...azure, VAPID_PREVIOUS_PUBLIC_KEY: "", VAPID_PREVIOUS_PRIVATE_KEY: "" };
  expect(readConfig(none).vapid).toEqual(readConfig(azure).vapid);
});

test.each<[string, Environment, string]>([
  ["half a pair", { VAPID_PREVIOUS_PRIVATE_KEY: "" }, "are required both, or neither"],
  ["the other half", { VAPID_PREVIOUS_PUBLIC_KEY: undefined }, "are required both, or neither"],
  ["no key", { VAPID_PREVIOUS_PUBLIC_KEY: "x" }, "must be an uncompressed P-256 public key"],
  ["no private key", { VAPID_PREVIOUS_PRIVATE_KEY: "x" }, "must be a P-256 private key"],
  ["a private key of nought", { VAPID_PREVIOUS_PRIVATE_KEY: Buffer.alloc(32).toString("base64url") }, "is not a P-256"],
  ["another's private key", { VAPID_PREVIOUS_PRIVATE_KEY: privateKey.toString("base64url") }, "are not of one pair"],
  [
    "the current pair once more",
    { VAPID_PREVIOUS_PUBLIC_KEY: publicKey, VAPID_PREVIOUS_PRIVATE_KEY: privateKey.toString("base64url") },
    "must not be the current key",
  ],
])("of a retired pair of VAPID keys, %s is told at start, beside what else is wrong", (_, changes, sentence) => {
  expect(faultsOf({ ...azure, ...retiredPair, ...changes })).toEqual([expect.stringContaining(sentence)]);
  const swapped = { ...azure, ...retiredPair, ...changes, VAPID_PUBLIC_KEY: retiredPair.VAPID_PREVIOUS_PUBLIC_KEY };
  expect(faultsOf({ ...swapped, PUBLIC_URL: "x" })).toContainEqual(expect.stringContaining("PUBLIC_URL"));
  expect(faultsOf({ ...azure, ...retiredPair, ...changes })[0]).toMatch(/^VAPID_PREVIOUS_/);
});
