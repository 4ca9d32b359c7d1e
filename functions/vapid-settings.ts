import { createECDH } from "node:crypto";
import type { Vapid } from "../shared/channels/webpush/vapid.ts";
import type { Settings } from "./settings.ts";

type Given = Pick<
  Settings,
  | "VAPID_PUBLIC_KEY"
  | "VAPID_PRIVATE_KEY"
  | "VAPID_PREVIOUS_PUBLIC_KEY"
  | "VAPID_PREVIOUS_PRIVATE_KEY"
  | "VAPID_SUBJECT"
>;

type VapidRead =
  { readonly kind: "read"; readonly vapid: Vapid } | { readonly kind: "faulty"; readonly faults: readonly string[] };

/**
 * The service's own VAPID keys: the current pair, and while browsers still subscribe anew the previous one. Which is which the public keys alone
 * say; a private key tells its public key, so each is found whichever of the two settings it stands in. Two secrets cannot be changed for one another in one
 * moment, and an instance may start in any: two public keys change in one deployment.
 *
 * Where both private keys are the current one's, the rotation is being ended: the previous public key counts as left out. In any other case a
 * public key without its private key is a fault, for push services would answer 403 for every device; better told now.
 */
export const readVapid = (settings: Given): VapidRead => {
  const {
    VAPID_PUBLIC_KEY: publicKey,
    VAPID_PREVIOUS_PUBLIC_KEY: previousPublicKey,
    VAPID_SUBJECT: subject,
  } = settings;
  const privateKeys = privateKeysIn(settings);
  const faults = privateKeys.flatMap(({ name, publicBytes }) =>
    publicBytes ? [] : [`${name} is not a P-256 private key`],
  );
  if (previousPublicKey === publicKey)
    faults.push("VAPID_PREVIOUS_PUBLIC_KEY must not be the current key: leave both previous ones out");
  if (faults.length > 0) return { kind: "faulty", faults };

  const privateKeyOf = (wanted: string): string | undefined =>
    privateKeys.find(({ publicBytes }) => publicBytes?.equals(Buffer.from(wanted, "base64url")))?.privateKey;
  const privateKey = privateKeyOf(publicKey);
  const previous = previousPublicKey === undefined ? undefined : pairOf(previousPublicKey, privateKeyOf);
  const isEnding =
    privateKey !== undefined && privateKeys.length > 1 && privateKeys.every((one) => one.privateKey === privateKey);
  if (previousPublicKey !== undefined && previous === undefined && !isEnding)
    faults.push(withoutPrivateKey("VAPID_PREVIOUS_PUBLIC_KEY"));
  if (privateKey === undefined) faults.unshift(withoutPrivateKey("VAPID_PUBLIC_KEY"));
  if (privateKey === undefined || faults.length > 0) return { kind: "faulty", faults };
  return { kind: "read", vapid: { publicKey, privateKey, subject, ...(previous && { previous }) } };
};

const withoutPrivateKey = (name: string): string =>
  `${name} belongs to neither VAPID_PRIVATE_KEY nor VAPID_PREVIOUS_PRIVATE_KEY`;

const pairOf = (publicKey: string, privateKeyOf: (publicKey: string) => string | undefined) => {
  const privateKey = privateKeyOf(publicKey);
  return privateKey === undefined ? undefined : { publicKey, privateKey };
};

type PrivateKey = { readonly name: string; readonly privateKey: string; readonly publicBytes: Buffer | undefined };

const privateKeysIn = (settings: Given): readonly PrivateKey[] =>
  (["VAPID_PRIVATE_KEY", "VAPID_PREVIOUS_PRIVATE_KEY"] as const).flatMap((name) => {
    const privateKey = settings[name];
    return privateKey === undefined ? [] : [{ name, privateKey, publicBytes: publicBytesOf(privateKey) }];
  });

/** Undefined for 32 bytes that are no private key: nought, or beyond the curve's order. */
const publicBytesOf = (privateKey: string): Buffer | undefined => {
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(privateKey, "base64url");
    return pair.getPublicKey();
  } catch {
    return undefined;
  }
};
