import { createECDH } from "node:crypto";
import type { Vapid } from "../shared/channels/webpush/vapid.ts";
import type { Settings } from "./settings.ts";

/** The service's own VAPID keys: the current pair, and while browsers still subscribe anew the previous one. */
export const vapidOf = (settings: Settings): Vapid => {
  const { VAPID_PREVIOUS_PUBLIC_KEY: publicKey, VAPID_PREVIOUS_PRIVATE_KEY: privateKey } = settings;
  return {
    publicKey: settings.VAPID_PUBLIC_KEY,
    privateKey: settings.VAPID_PRIVATE_KEY,
    subject: settings.VAPID_SUBJECT,
    ...(publicKey !== undefined && privateKey !== undefined && { previous: { publicKey, privateKey } }),
  };
};

type Given = Pick<
  Settings,
  "VAPID_PUBLIC_KEY" | "VAPID_PRIVATE_KEY" | "VAPID_PREVIOUS_PUBLIC_KEY" | "VAPID_PREVIOUS_PRIVATE_KEY"
>;

/** What is wrong with keys that are well-formed each by itself: push services would answer 403 for every device; better told now. */
export const vapidFaults = (settings: Given): string[] => {
  const { VAPID_PREVIOUS_PUBLIC_KEY: publicKey, VAPID_PREVIOUS_PRIVATE_KEY: privateKey } = settings;
  const faults = pairFaults("VAPID", settings.VAPID_PUBLIC_KEY, settings.VAPID_PRIVATE_KEY);
  if (publicKey === undefined && privateKey === undefined) return faults;
  if (publicKey === undefined || privateKey === undefined) {
    return [...faults, "VAPID_PREVIOUS_PUBLIC_KEY and VAPID_PREVIOUS_PRIVATE_KEY are required both, or neither"];
  }
  if (publicKey === settings.VAPID_PUBLIC_KEY) {
    return [...faults, "VAPID_PREVIOUS_PUBLIC_KEY must not be the current key: leave both previous ones out"];
  }
  return [...faults, ...pairFaults("VAPID_PREVIOUS", publicKey, privateKey)];
};

const pairFaults = (name: string, publicKey: string, privateKey: string): string[] => {
  const pair = createECDH("prime256v1");
  try {
    pair.setPrivateKey(privateKey, "base64url");
  } catch {
    return [`${name}_PRIVATE_KEY is not a P-256 private key`];
  }
  const isPair = pair.getPublicKey().equals(Buffer.from(publicKey, "base64url"));
  return isPair ? [] : [`${name}_PUBLIC_KEY and ${name}_PRIVATE_KEY are not of one pair`];
};
