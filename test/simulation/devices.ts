import type { Attempt, Composed } from "../../shared/channels/channel.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import { feedKeyOf, type FeedKey } from "../../shared/feed-key.ts";
import type { Notification, PlatformType } from "../../shared/notification/notification.ts";
import type { FanfareEvent } from "../../shared/telemetry/events.ts";
import { rowKeyOf, subscriptionIdOf, subscriptionOf } from "../../shared/subscription/subscription-row.ts";
import type { SubscriptionId } from "../../shared/subscription/subscription.ts";
import { addressOf, channelOf } from "./channels.ts";
import { replacesBy } from "./compose.ts";
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

/** No run tells a device that was not subscribed any more so long before: it reads first, and ends in time. Milliseconds. */
const toldWithinMs = 30_000;
/** Nor does one that read what was fetched so long before. Its pushes may have waited their time, and land late. Milliseconds. */
const alertedWithinMs = 40_000;
/** The broker's clock, by which an alert is due, and the one by which its content came. Milliseconds. */
const clocksDifferMs = 10_000;
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

  /** A device; or with `same`, that one once more, subscribed under a name of its own. */
  const add = (user: string, platform: PlatformType, same?: Device): Device => {
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
      isSleepy: same?.isSleepy ?? random.chance(0.5),
      type: random.pick([
        "NotificationWithPayload",
        "NotificationWithPayload",
        "NotificationWithPayload",
        "NotificationOnly",
        "NotificationOnly",
        "NoNotification",
      ]),
      channel: same?.channel,
      unsid: undefined,
      heard: same?.heard ?? [],
      screen: same?.screen ?? new Map(),
      registered: [],
      marks: [],
      stored: undefined,
      wake: () => same?.wake(),
      hear: (isDrawn) => same?.hear(isDrawn),
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

  /** The toasts of one app's notification, and no others, have one name on a platform, whatever they say and however they come. */
  const names = new Map<string, string>();
  const checkName = (
    name: string,
    { subscription: { platformType }, notification: { appNotificationId } }: Attempt,
  ) => {
    for (const [one, other] of [
      [`${platformType} name ${name}`, appNotificationId],
      [`${platformType} id ${appNotificationId}`, name],
    ] as const) {
      if ((names.get(one) ?? other) !== other) world.violate(`Of ${one} there are two: ${names.get(one)} and ${other}`);
      names.set(one, other);
    }
  };

  /** When a run has made, and recorded, what alerts of a notification were left to be made. */
  const alertsDone = new Map<string, number[]>();
  /** A run is over, which told this of itself. */
  const alertsAreDone = (told: readonly FanfareEvent[]): void => {
    const [event, ...more] = told.filter(({ event: name }) => ["delivery", "postponed", "lapsed"].includes(name));
    if (event?.event !== "delivery" || event.kind !== "fallback" || more.length > 0 || event.retryAt !== undefined)
      return;
    alertsDone.set(event.notificationId, [...(alertsDone.get(event.notificationId) ?? []), scheduler.now()]);
  };

  const checkAlert = (device: Device, { notification }: Attempt, what: string): void => {
    const { id, contentAt, contentVersion, fallback, platformTypes } = notification;
    const { status, readState, userActionState } = notification;
    if (!fallback || device.platform !== "iOS" || !platformTypes.includes("iOS")) {
      world.violate(`${what}, which has no alert for it.`);
    }
    if (status === "deleted" || readState === "read" || userActionState === "dismissed") {
      world.violate(`${what}, which the user has seen to.`);
    }
    if (fallback && scheduler.now() < contentAt + fallback.delaySeconds * 1_000 - clocksDifferMs) {
      world.violate(`${what} before the alert was due.`);
    }
    const before = scheduler.now() - alertedWithinMs;
    const isDone = (since: number): boolean => (alertsDone.get(id) ?? []).some((at) => at > since && at < before);
    const isAgain = device.heard.some(
      (one) => one.kind === "fallback" && one.id === id && one.contentVersion === contentVersion && isDone(one.at),
    );
    const isMoved = all.some((one) => one.heard === device.heard && one.registered.length > 1);
    if (isAgain && !isMoved) world.violate(`${what}, of which it was alerted before, and that was recorded.`);
    const isSettled = ({ registered }: Device): boolean => (registered.at(-1)?.at ?? Infinity) < before;
    const hasFetched = ({ marks }: Device): boolean =>
      marks.some((mark) => mark.id === id && mark.contentVersion >= contentVersion && mark.at < before);
    for (const other of all) {
      const isThere = other.stored?.address !== undefined && other.stored.address === device.stored?.address;
      if (other !== device && !(isThere && isSettled(other) && isSettled(device))) continue;
      if (hasFetched(other)) world.violate(`${what}, which ${other.name} had fetched.`);
    }
  };

  const check = (device: Device, attempt: Attempt): void => {
    const { kind, notification } = attempt;
    const what = `${device.name} was told (${kind}) of ${notification.id} v${notification.version}`;
    const now = scheduler.now();
    if (history.of(notification.id)?.feed !== device.feed) world.violate(`${what}, which is another user's.`);
    if (kind === "tap" && device.platform === "WebPush") world.violate(`${what}, and is a browser.`);
    if (kind === "fallback") checkAlert(device, attempt, what);
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

  const land = (address: string, attempt: Attempt, composed: Composed): Outcome => {
    const channel = channels.get(address);
    if (!channel?.isAlive) return { kind: "gone" };
    const { device } = channel;
    const { kind, notification, subscription } = attempt;
    const { id, version, contentVersion } = notification;
    const meant = all.find(({ subscriptionId }) => subscriptionId === subscription.id);
    if (meant?.heard !== device.heard) world.violate(`${device.name} was told what is for ${subscription.deviceId}`);
    check(meant ?? device, attempt);
    if (device.heard.some((one) => one.id === id && one.version > version))
      world.count("an older version lands after a newer");
    device.heard.push({ kind, id, version, contentVersion, at: scheduler.now() });
    world.count(`told: ${kind}`);
    const isBrowser = device.platform === "WebPush";
    const isDrawn = isBrowser || composed.form === "visual";
    const label = kind === "fallback" ? notification.fallback?.visualContent.title : labelOf(notification);
    if (isDrawn) {
      const name = replacesBy(composed);
      checkName(name, attempt);
      device.screen.set(isBrowser ? name : notification.appNotificationId, { id, label: label ?? "", version });
    }
    device.hear(isDrawn);
    return { kind: "delivered" };
  };

  /** The push service forgets an address: the browser's data was cleared, the app removed. */
  const kill = (channel: DeviceChannel | undefined): void => {
    if (!channel?.isAlive) return;
    channel.isAlive = false;
    trace.line(channel.device.name, `its channel ${channel.address} is dead from now on`);
    for (const device of all) if (device === channel.device || device.stored?.address === channel.address) note(device);
  };

  world.onFeedChange((change) => {
    if (change.kind === "delete" || !change.row.rowKey.startsWith("f_")) return;
    const { rowKey, contentVersion } = change.row;
    const device = all.find(({ subscriptionId }) => rowKey.includes(`_${subscriptionId}.`));
    if (!device) return;
    const id = rowKey.slice("f_".length, rowKey.indexOf("_", "f_".length));
    world.count("fetches noted");
    device.marks.push({ at: scheduler.now(), id, contentVersion: Number(contentVersion) });
  });

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

  return { all, add, giveChannel, land, kill, alertsAreDone };
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

/** Whether these are one device, subscribed under two names. */
export const isSame = (one: Device, other: Device): boolean => one.heard === other.heard;
