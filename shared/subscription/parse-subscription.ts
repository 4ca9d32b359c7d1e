import { ECDH } from "node:crypto";
import { z } from "zod";
import { anyCase, faultsOf, member, members, required, sentenceOf } from "../members.ts";
import { hostNameSchema } from "../notification/host-name.ts";
import { platformTypes } from "../notification/notification.ts";
import { Problem, type Fault } from "../problem.ts";
import { endpointFault, type PushHosts } from "./push-hosts.ts";
import { notificationTypes, type SubscriptionDraft } from "./subscription.ts";

const endpointLengthMax = 2_048;
const publicKeyBytes = 65;
const authSecretBytes = 16;

const string = (wrong: string, least: number, most: number) =>
  z
    .string({ error: required(wrong) })
    .min(least, wrong)
    .max(most, wrong);

const notAPoint = "must be an uncompressed P-256 public key, base64url";
const notASecret = "must be 16 bytes, base64url";

/** Base64 in either alphabet, padded or not: browsers and libraries differ. */
const bytesOf = (text: string): Buffer =>
  /^[\w+/-]*={0,2}$/.test(text) ? Buffer.from(text, "base64url") : Buffer.alloc(0);

const isPublicKey = (text: string): boolean => {
  const key = bytesOf(text);
  if (key.length !== publicKeyBytes || key[0] !== 4) return false;
  try {
    ECDH.convertKey(key, "prime256v1", undefined, undefined, "compressed");
    return true;
  } catch {
    return false; // 65 bytes, but not a point of the curve
  }
};

const endpoint = string(`must be a URL of at most ${endpointLengthMax} characters`, 1, endpointLengthMax);
const webPushChannel = members(
  {
    endpoint,
    keys: members(
      {
        p256dh: z.string({ error: required(notAPoint) }).refine(isPublicKey, { error: notAPoint }),
        auth: z
          .string({ error: required(notASecret) })
          .refine((text) => bytesOf(text).length === authSecretBytes, { error: notASecret }),
      },
      "must be an object with p256dh and auth",
    ),
    expirationTime: z.number({ error: "must be milliseconds since 1970, or null" }).optional(),
  },
  "must be an object with endpoint and keys",
);

const deviceId = "must be a string of 1 to 256 characters";
const displayName = "must be a string of at most 256 characters";
const subscriptionSchema = members(
  {
    targetHostName: hostNameSchema,
    platformType: z
      .string({ error: required("must be WebPush") })
      .pipe(anyCase(platformTypes, "must be WebPush"))
      .refine((type) => type === "WebPush", { error: "must be WebPush: no other platform is served yet" }),
    deviceId: string(deviceId, 1, 256),
    displayName: string(displayName, 0, 256).optional(),
    notificationType: anyCase(notificationTypes, `must be one of ${notificationTypes.join(", ")}`).optional(),
    channel: webPushChannel,
  },
  "The body must be a JSON object",
);

/**
 * Understands the body of a subscription (contract 3). Throws a `Problem` of kind `invalid` with a fault for every member
 * that is wrong, an endpoint outside the allowed push hosts included.
 */
export const parseSubscription = (body: unknown, pushHosts: PushHosts): SubscriptionDraft => {
  const parsed = subscriptionSchema.safeParse(body);
  const faults = [...(parsed.success ? [] : faultsOf(parsed.error)), ...hostFaults(body, pushHosts)];
  if (!parsed.success || faults.length > 0) throw contractProblem(faults);
  const { channel, ...given } = parsed.data;
  const { p256dh, auth } = channel.keys;
  return {
    targetHostName: given.targetHostName,
    platformType: given.platformType,
    deviceId: given.deviceId,
    displayName: given.displayName ?? null,
    notificationType: given.notificationType ?? "NotificationWithPayload",
    channel: {
      kind: "webpush",
      endpoint: channel.endpoint,
      keys: { p256dh: bytesOf(p256dh).toString("base64url"), auth: bytesOf(auth).toString("base64url") },
    },
    channelExpiresAt: channel.expirationTime ?? null,
  };
};

/** The allowed hosts are a setting, hence no part of the schema; told together with the members' own faults. */
const hostFaults = (body: unknown, pushHosts: PushHosts): Fault[] => {
  const given = endpoint.safeParse(member(member(body, "channel"), "endpoint"));
  const message = given.success ? endpointFault(given.data, pushHosts) : undefined;
  return message === undefined ? [] : [{ code: "Invalid", target: "channel.endpoint", message }];
};

const contractProblem = (details: readonly Fault[]): Problem =>
  new Problem("invalid", sentenceOf("The subscription does not match the contract:", details), { details });
