import type { Attempt } from "../../shared/channels/channel.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import { webPushMessage } from "../../shared/channels/webpush/message.ts";
import { feedKeyOf, type FeedKey } from "../../shared/feed-key.ts";
import type { Notification, PlatformType } from "../../shared/notification/notification.ts";
import { rowKeyOf, subscriptionIdOf, subscriptionOf } from "../../shared/subscription/subscription-row.ts";
import type { SubscriptionId } from "../../shared/subscription/subscription.ts";
import { addressOf, channelOf } from "./channels.ts";
import type { History } from "./history.ts";
import { userOf } from "./request.ts";
import { hostName, type World } from "./world.ts";

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
  readonly heard: Heard[];
  /** By topic, or tag: one of a kind replaces the one before. */
  readonly screen: Map<string, Toast>;
  readonly registered: Registered[];
  /** The address its row has. */
  stored: { readonly address: string | undefined; readonly type: NotificationType } | undefined;
  /** Has the device's app look at the feed. */
  wake: () => void;
  /** Tells the device's app of a push; `isDrawn`: the system has drawn it. */
  hear: (isDrawn: boolean) => void;
};

/** No run tells a device that was not subscribed any more so long before: it reads first, and ends in time. Milliseconds. */
const toldWithinMs = 30_000;
/** What is under way when a notification ends, by clocks that differ. Milliseconds. */
const endedWithinMs = 20_000;

/** All devices of all users, as the push services reach them. */
export const devicesFrom = (world: World, history: History) => {
  const { random, scheduler, trace } = world;
  const all: Device[] = [];
  const channels = new Map<string, DeviceChannel>();

  const giveChannel = (device: Device): void => {
    const number = channels.size + 1;
    const { address, given } = channelOf(device.platform, number, random.chance(0.5));
    const channel = { device, address, given, isAlive: true };
    channels.set(address, channel);
    device.channel = channel;
  };

  const add = (user: string, platform: PlatformType): Device => {
    const name = `${platform.toLowerCase()}-${all.length + 1}`;
    const feed = feedKeyOf(userOf(user), hostName);
    const subscriptionId = subscriptionIdOf(feed, name);
    trace.name(subscriptionId, `subscription of ${name}`);
    trace.name(feed, `feed of ${user}`);
    const device: Device = {
      name,
      user,
      feed,
      platform,
      subscriptionId,
      isSleepy: random.chance(0.5),
      type: random.pick([
        "NotificationWithPayload",
        "NotificationWithPayload",
        "NotificationWithPayload",
        "NotificationOnly",
        "NotificationOnly",
        "NoNotification",
      ]),
      channel: undefined,
      unsid: undefined,
      heard: [],
      screen: new Map(),
      registered: [],
      stored: undefined,
      wake: () => undefined,
      hear: () => undefined,
    };
    all.push(device);
    return device;
  };

  /** The store or a push service changed something about where a device is reached. */
  const note = (device: Device): void => {
    const { stored } = device;
    const isMeant = stored?.address !== undefined && stored.type !== "NoNotification";
    const isReachable = isMeant && channels.get(stored.address)?.isAlive === true;
    device.registered.push({ at: scheduler.now(), isMeant, isReachable });
  };

  const check = (device: Device, { kind, notification }: Attempt): void => {
    const what = `${device.name} was told (${kind}) of ${notification.id} v${notification.version}`;
    const now = scheduler.now();
    if (history.of(notification.id)?.feed !== device.feed) world.violate(`${what}, which is another user's.`);
    if (kind === "tap" && device.platform === "WebPush") world.violate(`${what}, and is a browser.`);
    if (kind === "content" && !notification.platformTypes.includes(device.platform)) {
      world.violate(`${what}, which is not for its platform.`);
    }
    if (kind === "content" && device.platform === "WebPush" && notification.payload.rawContent === undefined) {
      world.violate(`${what}, in which is nothing for browsers.`);
    }
    if (!wasEver(device.registered, now - toldWithinMs, now, ({ isMeant }) => isMeant)) {
      world.violate(`${what}, and has not been subscribed for ${toldWithinMs / 1_000} seconds.`);
    }
    if (now > notification.expiresAt + endedWithinMs) world.violate(`${what}, which had ended.`);
  };

  const land = (address: string, attempt: Attempt): Outcome => {
    const channel = channels.get(address);
    if (!channel?.isAlive) return { kind: "gone" };
    const { device } = channel;
    const { kind, notification } = attempt;
    const { id, version, contentVersion } = notification;
    check(device, attempt);
    if (device.heard.some((one) => one.id === id && one.version > version))
      world.count("an older version lands after a newer");
    device.heard.push({ kind, id, version, contentVersion, at: scheduler.now() });
    world.count(`told: ${kind}`);
    const isDrawn =
      kind === "content" && (device.platform === "WebPush" || notification.payload.visualContent !== undefined);
    if (isDrawn) device.screen.set(topicOf(attempt), { id, label: labelOf(notification), version });
    device.hear(isDrawn);
    return { kind: "delivered" };
  };

  /** The push service forgets an address: the browser's data was cleared, the app removed. */
  const kill = (channel: DeviceChannel | undefined): void => {
    if (!channel?.isAlive) return;
    channel.isAlive = false;
    trace.line(channel.device.name, `its channel ${channel.address} is dead from now on`);
    note(channel.device);
  };

  world.onFeedChange((change) => {
    const { rowKey } = change.kind === "delete" ? change : change.row;
    const device = rowKey.startsWith("s_")
      ? all.find(({ subscriptionId }) => rowKeyOf(subscriptionId) === rowKey)
      : undefined;
    if (!device) return;
    const stored =
      change.kind === "delete" ? undefined : subscriptionOf({ ...change.row, etag: "" }, world.cipher, world.violate);
    if (device.stored?.address !== undefined && stored && !stored.channel) {
      world.count("channels pruned");
      if (channels.get(device.stored.address)?.isAlive) world.violate(`${device.name} lost a channel that lives.`);
    }
    if (device.stored && device.stored.address === undefined && stored?.channel)
      world.count("channels pruned, and given anew");
    device.stored = stored && {
      address: stored.channel ? addressOf(stored.channel) : undefined,
      type: stored.notificationType,
    };
    note(device);
  });

  return { all, add, giveChannel, land, kill };
};

export type Devices = ReturnType<typeof devicesFrom>;

/** Whether a device was so at some time within [from, until]. */
const wasEver = (
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

/** Toasts of one topic, or tag, replace each other. */
const topicOf = ({ notification, subscription }: Attempt): string =>
  subscription.platformType === "WebPush"
    ? webPushMessage(notification, subscription, { now: notification.createdAt }).topic
    : notification.appNotificationId;
