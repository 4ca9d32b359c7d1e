import type { Attempt, Composed } from "../../shared/channels/channel.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import { feedKeyOf } from "../../shared/feed-key.ts";
import type { PlatformType } from "../../shared/notification/notification.ts";
import { rowKeyOf, subscriptionIdOf, subscriptionOf } from "../../shared/subscription/subscription-row.ts";
import { alertRules } from "./alert-rules.ts";
import { addressOf, channelOf } from "./channels.ts";
import { replacesBy } from "./compose.ts";
import { labelOf, wasEver, type Device, type DeviceChannel } from "./device.ts";
import type { History } from "./history.ts";
import { userOf } from "./request.ts";
import { hostName, type World } from "./world.ts";

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

  const { alertsAreDone, checkAlert } = alertRules(world, all);
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
