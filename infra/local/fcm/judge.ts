import type { Device, Devices } from "../push/devices.ts";
import { dataOf, drawnOf, type FcmMessage, type FcmRequest } from "./message.ts";
import { payloadBytesMax, payloadSize } from "./payload-size.ts";
import { invalidMembers, type Refusal } from "./refusal.ts";
import { tokenStanding } from "./registration-token.ts";

/** What only FCM knows of a device: the one app that its token is for. */
export type AndroidApp = { readonly packageName: string };

export type Accepted = {
  readonly kind: "accepted";
  readonly device: Device<AndroidApp>;
  readonly message: FcmMessage;
  readonly ttlSeconds: number;
  /** It is only to be checked. */
  readonly isDryRun: boolean;
};

type Use = { readonly devices: Devices<AndroidApp>; readonly projectId: string };

/** Four weeks, which is also what a message lives that does not say. */
const ttlSecondsMax = 2_419_200;

/** Whether a push of somebody who may send is taken: looks at its form, at its members, then at the device. */
export const judge = (request: FcmRequest | Refusal, { devices, projectId }: Use): Accepted | Refusal => {
  if ("kind" in request) return request;
  const { message, validate_only: isDryRun } = request;
  const refusal = recipientRefusal(message) ?? contentRefusal(message);
  if (refusal) return refusal;
  const ttlSeconds = Math.floor(Number.parseFloat(message.android.ttl ?? `${ttlSecondsMax}s`));
  if (ttlSeconds < 0 || ttlSeconds > ttlSecondsMax) {
    return wrong("message.android.ttl", `The TTL must be 0 to ${ttlSecondsMax} seconds.`);
  }
  const found = deviceOf(message, { devices, projectId });
  return "kind" in found ? found : { kind: "accepted", device: found, message, ttlSeconds, isDryRun };
};

const wrong = (field: string, description: string): Refusal =>
  invalidMembers("invalid-argument", [{ field, description }]);

const recipientRefusal = ({ token, topic, condition }: FcmMessage): Refusal | undefined => {
  const targets = [token, topic, condition].filter((target) => target !== undefined);
  if (targets.length === 0) return wrong("message", "Recipient of the message is not set.");
  if (targets.length > 1) return wrong("message", "Only one of token, topic and condition may be set.");
  if (token === undefined) return wrong("message", "The local FCM sends to tokens alone.");
  return undefined;
};

const contentRefusal = (message: FcmMessage): Refusal | undefined => {
  const reserved = Object.keys(dataOf(message)).find((key) => /^(from$|message_type$|google\.|gcm\.)/.test(key));
  if (reserved !== undefined) return wrong("message.data", `Invalid data payload key: ${reserved}`);
  if (payloadSize(message) > payloadBytesMax)
    return { kind: "invalid-argument", message: "Android message is too big" };
  const { notification_count: count = 0 } = drawnOf(message) ?? {};
  if (Number(count) < 0) return wrong("message.android.notification.notification_count", "It must not be negative.");
  return undefined;
};

const deviceOf = (message: FcmMessage, { devices, projectId }: Use): Device<AndroidApp> | Refusal => {
  const { token = "", android } = message;
  const device = devices.at(token);
  const standing = device ? "ours" : tokenStanding(token, projectId);
  if (standing === "malformed") {
    return wrong("message.token", "The registration token is not a valid FCM registration token");
  }
  if (standing === "another-project") return { kind: "sender-id-mismatch", message: "SenderId mismatch" };
  if (!device || device.removed) return { kind: "unregistered", message: "Requested entity was not found." };
  const { restricted_package_name: packageName = device.own.packageName } = android;
  if (packageName === device.own.packageName) return device;
  return wrong("message.android.restricted_package_name", "The registration token is not that package's.");
};
