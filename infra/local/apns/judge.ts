import type { IncomingHttpHeaders } from "node:http2";
import type { Device, Devices } from "../push/devices.ts";
import { payloadBytesMax, readPayload, type Payload } from "./payload.ts";
import { readPushHeaders, type PushHeaders } from "./push-headers.ts";
import { refused, type Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";

/** A push as it came in. */
export type Push = {
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came: only here can be seen what came twice. */
  readonly rawHeaders: readonly string[];
  /** Undefined when it was too large. */
  readonly body: Buffer | undefined;
};

type Accepted = {
  readonly kind: "accepted";
  readonly device: Device<Registration>;
  readonly headers: PushHeaders;
  readonly payload: Payload;
  readonly body: Buffer;
};

type Use = {
  readonly devices: Devices<Registration>;
  /** What is wrong with who sends it. */
  readonly senderRefusal: () => Promise<Refusal | undefined>;
  readonly now: () => number;
};

const devicePath = "/3/device/";

/** The device token in the path, "" where it was left out; undefined where the path is none for pushes. */
export const deviceTokenOf = ({ ":path": path = "" }: IncomingHttpHeaders): string | undefined => {
  if (!`${path}/`.startsWith(devicePath)) return undefined;
  const token = path.slice(devicePath.length).toLowerCase();
  return /[/?#]/.test(token) ? undefined : token;
};

/** Which of Apple's two services is meant: there are two names for this machine. */
export const environmentOf = (headers: IncomingHttpHeaders): Registration["environment"] =>
  /^localhost(:|$)/i.test(headers[":authority"] ?? headers.host ?? "") ? "sandbox" : "production";

/** Whether a push is taken: looks at the request, at its sender, at how and where it is to go, and at what it says. */
export const judge = async ({ headers, rawHeaders, body }: Push, use: Use): Promise<Accepted | Refusal> => {
  const token = deviceTokenOf(headers);
  if (token === undefined) return refused("BadPath", "The path must be /3/device/<device token>.");
  if (headers[":method"] !== "POST") return refused("MethodNotAllowed", "This takes POST alone.");
  const twice = firstRepeated(rawHeaders);
  if (twice !== undefined) return refused("DuplicateHeaders", `The header ${twice} came more than once.`);
  const { "apns-id": id } = headers;
  if (id !== undefined && !isMessageId(id)) return refused("BadMessageId", "apns-id must be a UUID.");
  const refusal = await use.senderRefusal();
  if (refusal) return refusal;
  const read = readPushHeaders(headers, use.now());
  if (read.kind === "refused") return read;
  // Only now that all waiting is done: meanwhile a device may have come online, or gone.
  const device = addressed(token, environmentOf(headers), read.topic, use.devices);
  if (device.kind === "refused") return device;
  if (!body) return refused("PayloadTooLarge", `The body must be at most ${payloadBytesMax} bytes.`);
  const payload = readPayload(body);
  if (payload.kind === "refused") return payload;
  return mismatch(read, payload) ?? { kind: "accepted", device: device.device, headers: read, payload, body };
};

/** Whether an apns-id has the canonical form of a UUID. */
export const isMessageId = (id: string | string[]): id is string =>
  typeof id === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id);

const firstRepeated = (rawHeaders: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return rawHeaders.find((name, index) => {
    // Cookies may be sent in pieces (RFC 9113 section 8.2.3).
    if (index % 2 === 1 || name === "cookie") return false;
    if (seen.has(name)) return true;
    seen.add(name);
    return false;
  });
};

type Found = { readonly kind: "found"; readonly device: Device<Registration> };

const addressed = (
  token: string,
  environment: Registration["environment"],
  topic: string,
  devices: Devices<Registration>,
): Found | Refusal => {
  if (token === "") return refused("MissingDeviceToken", "The path has no device token.");
  // Apple's tokens may be of any length one day; those given here are not.
  if (!/^[\da-f]{64}$/.test(token)) return refused("BadDeviceToken", "That is not the form of a device token.");
  const device = devices.at(token);
  if (!device) return refused("BadDeviceToken", "No device has this token.");
  const { own, removed } = device;
  if (own.environment !== environment) {
    return refused("BadDeviceToken", `The device is registered in ${own.environment}, and this is ${environment}.`);
  }
  if (own.bundleId !== topic) {
    const isKnown = devices.all().some((other) => other.own.bundleId === topic);
    return isKnown
      ? refused("DeviceTokenNotForTopic", `The token was given to ${own.bundleId}.`)
      : refused("TopicDisallowed", "The account has no app with this bundle id: none of the devices has it.");
  }
  if (!removed) return { kind: "found", device };
  return { ...refused("Unregistered", "The app is no longer on the device."), timestamp: own.unregisteredAt ?? 0 };
};

/**
 * The push type must be what the payload is, and a background push must leave the time to the device.
 * https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
 */
const mismatch = ({ pushType, priority }: PushHeaders, { alerts, wakesApp }: Payload): Refusal | undefined => {
  const type = pushType ?? (alerts || !wakesApp ? "alert" : "background");
  if (type === "alert") {
    return alerts ? undefined : refused("InvalidPushType", "An alert needs alert, sound or badge in its aps.");
  }
  if (alerts) return refused("InvalidPushType", "A background push must have no alert, sound or badge in its aps.");
  if (!wakesApp) return refused("InvalidPushType", 'A background push needs "content-available": 1 in its aps.');
  return priority === 5 ? undefined : refused("BadPriority", "A background push must have the priority 5.");
};
