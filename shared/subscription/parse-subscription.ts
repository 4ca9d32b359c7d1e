import * as z from "zod";
import type { RegisteredApp } from "../auth/app-registry.ts";
import { anyCase, faultsOf, member, members, required, sentenceOf } from "../members.ts";
import { hostNameSchema } from "../notification/host-name.ts";
import { platformTypes } from "../notification/notification.ts";
import { Problem, type Fault } from "../problem.ts";
import { addressFault, channelSchemas, strangeChannelFault } from "./parse-channel.ts";
import type { PushHosts } from "./push-hosts.ts";
import { notificationTypes, type Channel, type SubscriptionDraft } from "./subscription.ts";
import { vapidKeyIdOf, type VapidKeyId, type VapidKeyIds } from "./vapid-key.ts";

const string = (wrong: string, least: number, most: number) =>
  z
    .string({ error: required(wrong) })
    .min(least, wrong)
    .max(most, wrong);

const platformType = `must be one of ${platformTypes.join(", ")}`;
const deviceId = "must be a string of 1 to 256 characters";
const displayName = "must be a string of at most 256 characters";
const notAnObject = "The body must be a JSON object";
/** Beside `channel`, whose form is the platform's; the API's description puts the two together. */
export const subscriptionShape = {
  targetHostName: hostNameSchema,
  platformType: anyCase(platformTypes, platformType),
  deviceId: string(deviceId, 1, 256),
  displayName: string(displayName, 0, 256).optional(),
  notificationType: anyCase(notificationTypes, `must be one of ${notificationTypes.join(", ")}`).optional(),
};
const aboutSchema = members(subscriptionShape, notAnObject);

/** Which of them it is decides what `channel` must be, also where another member is wrong. */
const platformSchema = anyCase(platformTypes, platformType);

type Circumstances = {
  readonly pushHosts: PushHosts;
  readonly vapidKeys: VapidKeyIds;
  /** Epoch milliseconds. */
  readonly now: number;
};

/**
 * Understands the body of a subscription (contract 3). Throws a `Problem` of kind `invalid` with a fault for every member
 * that is wrong: an endpoint outside the allowed push hosts, a channel that has ended and one bound to a key that is not ours included.
 */
export const parseSubscription = (body: unknown, circumstances: Circumstances): SubscriptionDraft => {
  const parsed = aboutSchema.safeParse(body);
  const given = parsed.success ? [] : faultsOf(parsed.error);
  if (given.some(({ target }) => target === "")) throw contractProblem(given);
  const channel = parseChannel(body, circumstances);
  if (!parsed.success || "faults" in channel) {
    throw contractProblem([...given, ...("faults" in channel ? channel.faults : [])]);
  }
  return {
    ...parsed.data,
    displayName: parsed.data.displayName ?? null,
    notificationType: parsed.data.notificationType ?? standardType(channel.channel),
    channel: channel.channel,
    channelExpiresAt: channel.expiresAt,
    vapidKeyId: channel.vapidKeyId,
  };
};

/** Only a browser's push is encrypted from end to end; what others carry passes a vendor's hands (contract 3). */
const standardType = ({ kind }: Channel): SubscriptionDraft["notificationType"] =>
  kind === "webpush" ? "NotificationWithPayload" : "NotificationOnly";

type ParsedChannel =
  | { readonly channel: Channel; readonly expiresAt: number | null; readonly vapidKeyId: VapidKeyId | undefined }
  | { readonly faults: readonly Fault[] };

const parseChannel = (body: unknown, { pushHosts, vapidKeys, now }: Circumstances): ParsedChannel => {
  const given = member(body, "channel");
  const platform = platformSchema.safeParse(member(body, "platformType"));
  if (given === undefined) return { faults: [{ code: "Required", target: "channel", message: "is required" }] };
  if (!platform.success) return { faults: [] }; // what it should be, nobody can say
  const strange = strangeChannelFault(platform.data, given);
  if (strange) return { faults: [strange] };
  const parsed = z.object({ channel: channelSchemas[platform.data] }).safeParse({ channel: given });
  const address = addressFault(platform.data, given, pushHosts);
  const faults = [...(parsed.success ? [] : faultsOf(parsed.error)), ...(address ? [address] : [])];
  if (!parsed.success || faults.length > 0) return { faults };
  const { channel, expiresAt, applicationServerKey } = parsed.data.channel;
  const vapidKeyId = applicationServerKey === undefined ? undefined : vapidKeyIdOf(applicationServerKey);
  const hasEnded = expiresAt !== null && expiresAt <= now;
  const isStrange = vapidKeyId !== undefined && !Object.values(vapidKeys).includes(vapidKeyId);
  const wrong = [...(isStrange ? [strangeKey] : []), ...(hasEnded ? [ended] : [])];
  return wrong.length > 0 ? { faults: wrong } : { channel, expiresAt, vapidKeyId };
};

const ended: Fault = { code: "OutOfRange", target: "channel.expirationTime", message: "must not be in the past" };

/** No push of ours would reach it. */
const strangeKey: Fault = {
  code: "Invalid",
  target: "channel.applicationServerKey",
  message: "must be this server's key: subscribe with the current one, which vapidPublicKey answers",
};

/**
 * The app whose device this is must be among those registered for the host name, if any are. Throws as `parseSubscription` does.
 * A rule of its own, to be asked of permitted callers only: the registration is nobody else's business.
 */
export const requireRegistered = (
  { channel }: Pick<SubscriptionDraft, "channel">,
  { bundleIds, packageNames }: Pick<RegisteredApp, "bundleIds" | "packageNames">,
): void => {
  if (channel.kind === "apns") requireAmong(bundleIds, "bundleId", channel.bundleId);
  if (channel.kind === "fcm") requireAmong(packageNames, "packageName", channel.packageName);
};

const requireAmong = (registered: readonly string[], name: string, given: string): void => {
  if (registered.length === 0 || registered.includes(given)) return;
  const message = "must be one of those registered for targetHostName";
  throw contractProblem([{ code: "NotRegistered", target: `channel.${name}`, message }]);
};

const contractProblem = (details: readonly Fault[]): Problem =>
  new Problem("invalid", sentenceOf("The subscription does not match the contract:", details), { details });
