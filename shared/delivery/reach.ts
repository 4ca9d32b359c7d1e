import type { Notification } from "../notification/notification.ts";
import type { Channel, Subscription } from "../subscription/subscription.ts";

/** What matters of a subscription here. */
export type Reachable = Pick<Subscription, "platformType" | "notificationType" | "closedKeyId"> & {
  readonly channel: Pick<Channel, "kind"> | null;
};

/** Why a device is not rung for a notification's content (contract 5), each with the sentence that explains it. */
export const silences = {
  deleted: "it was deleted",
  dismissed: "the user dismissed it on a device",
  read: "the user read it on a device",
  "not-targeted": "targetPolicy does not name its platform",
  "no-raw-content": "a browser is given rawContent only, and there is none",
  polls: "it subscribed with NoNotification: it polls",
  "channel-gone": "its push service said that the channel is gone, and the app has not subscribed anew",
  closed: "its channel cannot be opened",
  "not-served": "this server does not push to its platform",
} as const;
export type Silence = keyof typeof silences;

/** That sentence, of this device: for one that is closed, which key is missing. */
export const silenceOf = (silence: Silence, { closedKeyId }: Pick<Reachable, "closedKeyId">): string =>
  silence === "closed" && closedKeyId !== undefined
    ? `${silences.closed}: it is sealed with the key ${closedKeyId}, which DATA_KEYS lacks or has another of`
    : silences[silence];

/** Why this content does not ring on that device, if it does not. Once the user has seen it to anywhere, nothing rings any more. */
export const notRung = (
  { status, readState, userActionState, platformTypes, payload }: Notification,
  { platformType }: Reachable,
): Silence | undefined => {
  if (status === "deleted") return "deleted";
  if (userActionState === "dismissed") return "dismissed";
  if (readState === "read") return "read";
  return notTargeted({ platformTypes, payload }, { platformType });
};

const notTargeted = (
  { platformTypes, payload }: Pick<Notification, "platformTypes" | "payload">,
  { platformType }: Pick<Reachable, "platformType">,
): Silence | undefined => {
  if (!platformTypes.includes(platformType)) return "not-targeted";
  // Windows, iOS and Android draw visual content and take raw, a browser takes raw alone.
  if (platformType === "WebPush" && payload.rawContent === undefined) return "no-raw-content";
  return undefined;
};

/** Whether the notification's policy and content are for that device, whatever has become of the notification since. */
export const isTargeted = (notification: Notification, device: Reachable): boolean =>
  notTargeted(notification, device) === undefined;

/** Whether the fallback's alert is for that device at all, whatever has become of the notification since. */
export const isAlertable = (notification: Notification, device: Pick<Reachable, "platformType">): boolean =>
  notification.fallback !== null && device.platformType === "iOS" && notTargeted(notification, device) === undefined;

/** Whether we send through such a channel. A device of another one is left out as if it were not there: nothing is tried, nothing recorded. */
export type IsServed = (kind: Channel["kind"]) => boolean;

/** Why that device cannot be told anything, if it cannot. */
export const notReached = (
  { channel, notificationType, closedKeyId }: Reachable,
  isServed: IsServed,
): Silence | undefined => {
  if (notificationType === "NoNotification") return "polls";
  if (closedKeyId !== undefined) return "closed";
  if (channel === null) return "channel-gone";
  return isServed(channel.kind) ? undefined : "not-served";
};

/**
 * Whether a change of state is told to that device by a tap. The notification's own targets do not matter, for they filter its delivery
 * and not the feed (contract 2.2); unless it was for browsers alone. A browser is never tapped: it would have to show something.
 */
export const isTapped = ({ platformTypes }: Notification, { platformType }: Reachable): boolean =>
  platformType !== "WebPush" && platformTypes.some((targeted) => targeted !== "WebPush");
