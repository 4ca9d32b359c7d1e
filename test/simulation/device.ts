import type { Attempt } from "../../shared/channels/channel.ts";
import type { FeedKey } from "../../shared/feed-key.ts";
import type { Notification, PlatformType } from "../../shared/notification/notification.ts";
import type { SubscriptionId } from "../../shared/subscription/subscription.ts";

type NotificationType = "NotificationWithPayload" | "NotificationOnly" | "NoNotification";

/** What a push service gave a device: to it this address is the device, as long as it is alive. */
export type DeviceChannel = {
  readonly device: Device;
  readonly address: string;
  /** As the device's app gives it to us. */
  readonly given: unknown;
  isAlive: boolean;
};

/** A push that reached a device. */
type Heard = {
  readonly kind: Attempt["kind"];
  readonly id: string;
  readonly version: number;
  readonly contentVersion: number;
  readonly at: number;
};

/** What stands on a screen: of which notification, and what it says. */
type Toast = { readonly id: string; readonly label: string; readonly version: number };

/** A device was noted to have fetched a notification's content of that version. */
type Mark = { readonly at: number; readonly id: string; readonly contentVersion: number };

/** What the store says of a device's subscription from then on: where it is reached, if it is. */
type Registered = {
  readonly at: number;
  readonly isReachable: boolean;
  /** It has a subscription that is to be pushed to, be it to a channel that is dead. */
  readonly isMeant: boolean;
};

export type Device = {
  readonly name: string;
  readonly user: string;
  readonly feed: FeedKey;
  readonly platform: PlatformType;
  readonly subscriptionId: SubscriptionId;
  /** Its app does not run for a push that the system draws, but for taps only. */
  readonly isSleepy: boolean;
  type: NotificationType;
  /** Undefined before it first has one. */
  channel: DeviceChannel | undefined;
  unsid: string | undefined;
  /** What it heard; of devices that are one, and only subscribed under several names, what any of them did. */
  readonly heard: Heard[];
  /** By topic, or tag: one of a kind replaces the one before. */
  readonly screen: Map<string, Toast>;
  readonly registered: Registered[];
  readonly marks: Mark[];
  /** The address its row has. */
  stored: { readonly address: string | undefined; readonly type: NotificationType } | undefined;
  /** Has the device's app look at the feed. */
  wake: () => void;
  /** Tells the device's app of a push; `isDrawn`: the system has drawn it. */
  hear: (isDrawn: boolean) => void;
};

/** Whether a device was so at some time within [from, until]. */
export const wasEver = (
  registered: readonly Registered[],
  from: number,
  until: number,
  isSo: (one: Registered) => boolean,
): boolean =>
  registered.some((one, index) => one.at <= until && (registered[index + 1]?.at ?? Infinity) > from && isSo(one));

/** Whether a device could be reached all the time from then to then. */
export const wasReachable = ({ registered }: Device, from: number, until: number): boolean =>
  (registered[0]?.at ?? Infinity) <= from && !wasEver(registered, from, until, ({ isReachable }) => !isReachable);

/** What a notification says, whichever content says it. */
export const labelOf = ({ payload }: Pick<Notification, "payload">): string =>
  payload.rawContent ?? payload.visualContent?.title ?? "";

/** Whether these are one device, subscribed under two names. */
export const isSame = (one: Device, other: Device): boolean => one.heard === other.heard;
