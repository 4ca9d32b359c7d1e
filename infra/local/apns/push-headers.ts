import type { IncomingHttpHeaders } from "node:http2";
import { refused, type Refusal } from "./refusal.ts";

/** How a push is to be treated. https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns */
export type PushHeaders = {
  readonly kind: "read";
  readonly topic: string;
  /** Undefined when the sender does not say, which Apple advises against. */
  readonly pushType: "alert" | "background" | undefined;
  readonly priority: 1 | 5 | 10;
  readonly collapseId: string | undefined;
  /** Until when it may wait, milliseconds since the epoch, at most 30 days ahead; undefined when it is not to be kept at all. */
  readonly expires: number | undefined;
};

const keptMaxMs = 30 * 24 * 60 * 60 * 1000;
const collapseIdBytesMax = 64;
const otherPushTypes = [
  "controls",
  "complication",
  "fileprovider",
  "liveactivity",
  "location",
  "mdm",
  "pushtotalk",
  "voip",
  "widgets",
];

/** Reads the `apns-` headers, or tells the first thing that is wrong with them. */
export const readPushHeaders = (headers: IncomingHttpHeaders, now: number): PushHeaders | Refusal => {
  const { "apns-topic": topic, "apns-collapse-id": collapseId } = headers;
  if (topic === undefined || topic === "") return refused("MissingTopic", "The apns-topic header is missing.");
  if (!isText(topic) || !/^[a-z\d][a-z\d.-]{0,254}$/i.test(topic))
    return refused("BadTopic", "apns-topic must be a bundle id.");
  const pushType = pushTypeFrom(headers["apns-push-type"]);
  if (typeof pushType === "object") return pushType;
  const priority = priorityFrom(headers["apns-priority"]);
  if (priority === undefined) return refused("BadPriority", "apns-priority must be 10, 5 or 1.");
  const expiration = headers["apns-expiration"] ?? String(Math.floor((now + keptMaxMs) / 1000));
  if (!isText(expiration) || !/^\d{1,12}$/.test(expiration)) {
    return refused("BadExpirationDate", "apns-expiration must be 0 or seconds since the epoch.");
  }
  // Header values come as one character for each byte.
  if (collapseId !== undefined && (!isText(collapseId) || collapseId.length > collapseIdBytesMax)) {
    return refused("BadCollapseId", `apns-collapse-id must be at most ${collapseIdBytesMax} bytes.`);
  }
  const seconds = Number(expiration);
  const expires = seconds === 0 ? undefined : Math.min(seconds * 1000, now + keptMaxMs);
  return { kind: "read", topic, pushType, priority, collapseId, expires };
};

const isText = (value: string | string[]): value is string => typeof value === "string";

const pushTypeFrom = (value: string | string[] | undefined): PushHeaders["pushType"] | Refusal => {
  if (value === undefined || value === "alert" || value === "background") return value;
  const isApples = isText(value) && otherPushTypes.includes(value);
  return refused(
    "InvalidPushType",
    isApples ? "Apps on these devices take alert and background pushes alone." : "Apple has no such apns-push-type.",
  );
};

const priorityFrom = (value: string | string[] | undefined = "10"): PushHeaders["priority"] | undefined =>
  ([1, 5, 10] as const).find((priority) => String(priority) === value);
