import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import webpush from "web-push";
import { readConfig } from "../../../functions/config.ts";
import { vapidKeyIdOf } from "../../../shared/subscription/vapid-key.ts";
import { azure, type Environment, faultsOf, otherPair, retiredPair, privateKey, publicKey } from "./environments.ts";

type Pair = { readonly publicKey: string; readonly privateKey: string };
const newPair = (): Pair => webpush.generateVAPIDKeys();

test("a pair of VAPID keys that do not belong together is a fault: every push would be refused", () => {
  for (const publicKeyOfAnother of [otherPair.getPublicKey("base64url"), randomBytes(65).toString("base64url")]) {
    expect(faultsOf({ ...azure, VAPID_PUBLIC_KEY: publicKeyOfAnother })).toEqual([
      "VAPID_PUBLIC_KEY belongs to neither VAPID_PRIVATE_KEY nor VAPID_PREVIOUS_PRIVATE_KEY",
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

/** Settings of the four keys; of what is left out there is none. */
const keysAre = (publicKeys: readonly Pair[], privateKeys: readonly Pair[]): Environment => ({
  ...azure,
  VAPID_PUBLIC_KEY: publicKeys[0]?.publicKey,
  VAPID_PREVIOUS_PUBLIC_KEY: publicKeys[1]?.publicKey ?? "",
  VAPID_PRIVATE_KEY: privateKeys[0]?.privateKey,
  VAPID_PREVIOUS_PRIVATE_KEY: privateKeys[1]?.privateKey,
});
const [old, fresh] = [newPair(), newPair()];
test.each([
  { when: "before it", publics: [old], privates: [old], previous: undefined },
  { when: "the new private key is kept", publics: [old], privates: [old, fresh], previous: undefined },
  { when: "the new key is known", publics: [old, fresh], privates: [old, fresh], previous: fresh },
  { when: "the public keys are changed", publics: [fresh, old], privates: [old, fresh], previous: old },
  { when: "the private keys are, too", publics: [fresh, old], privates: [fresh, old], previous: old },
  { when: "only the private keys are", publics: [old, fresh], privates: [fresh, old], previous: fresh },
  {
    when: "the new private key has the old one's place",
    publics: [fresh, old],
    privates: [fresh, fresh],
    previous: undefined,
  },
  { when: "the old public key is left out", publics: [fresh], privates: [fresh, fresh], previous: undefined },
  { when: "that was done too early", publics: [fresh], privates: [old, fresh], previous: undefined },
  { when: "after it", publics: [fresh], privates: [fresh], previous: undefined },
])("a rotation of the VAPID keys may stop anywhere, and an instance starts with its pairs: $when", (state) => {
  const { vapid } = readConfig(keysAre(state.publics, state.privates));
  expect(vapid).toEqual({
    ...state.publics[0],
    subject: azure.VAPID_SUBJECT,
    ...(state.previous && { previous: state.previous }),
  });
});

test("the private key of a current key that is lost is told whatever else is there; so is a previous one's", () => {
  const gone = newPair();
  expect(faultsOf(keysAre([gone, old], [old, fresh]))).toEqual([
    expect.stringMatching(/^VAPID_PUBLIC_KEY belongs to neither/),
  ]);
  expect(faultsOf(keysAre([gone, old], [fresh, fresh]))).toEqual([
    expect.stringMatching(/^VAPID_PUBLIC_KEY belongs/),
    expect.stringMatching(/^VAPID_PREVIOUS_PUBLIC_KEY belongs/),
  ]);
  expect(faultsOf(keysAre([fresh, gone], [fresh, old]))).toEqual([
    expect.stringMatching(/^VAPID_PREVIOUS_PUBLIC_KEY belongs/),
  ]);
});

test.each<[string, Environment, string]>([
  ["half a pair", { VAPID_PREVIOUS_PRIVATE_KEY: "" }, "VAPID_PREVIOUS_PUBLIC_KEY belongs to neither"],
  ["no key", { VAPID_PREVIOUS_PUBLIC_KEY: "x" }, "must be an uncompressed P-256 public key"],
  ["no private key", { VAPID_PREVIOUS_PRIVATE_KEY: "x" }, "must be a P-256 private key"],
  ["a private key of nought", { VAPID_PREVIOUS_PRIVATE_KEY: Buffer.alloc(32).toString("base64url") }, "is not a P-256"],
  ["another's private key", { VAPID_PREVIOUS_PRIVATE_KEY: newPair().privateKey }, "belongs to neither"],
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
