import type { PlatformType } from "../../../shared/notification/notification.ts";
import { refusedFor, type DumpedDevice, type Understood } from "./entry.ts";

/** What a notification hub knew by its credentials, and its devices' records do not say. */
export type HubOptions = {
  readonly bundleId?: string | undefined;
  readonly apnsEnvironment?: string | undefined;
  readonly packageName?: string | undefined;
  /** What tags begin with that name a user, beside the hub's own `$UserId:{…}`. */
  readonly userTag?: string | undefined;
};

/** A device as a hub keeps it, whether in an installation or a registration. */
export type HubDevice = Pick<DumpedDevice, "id" | "deviceId" | "updatedAt"> & {
  /** In small letters: `apns`, `wns`, `fcmv1`, `browser` … */
  readonly platform: string;
  readonly handle: string | undefined;
  readonly browser?: { readonly endpoint: unknown; readonly p256dh: unknown; readonly auth: unknown };
  readonly userId: string | undefined;
  readonly tags: readonly string[];
};

/** Those that Fanfare pushes to. Google's tokens are the same for both of its interfaces, and `gcm` is what hubs call the older one. */
const platforms: Readonly<Record<string, PlatformType>> = {
  wns: "Windows",
  windows: "Windows",
  apns: "iOS",
  apple: "iOS",
  gcm: "Android",
  fcm: "Android",
  fcmv1: "Android",
  browser: "WebPush",
};

/** The others, which are told by name. */
const elsewhere: Readonly<Record<string, string>> = {
  mpns: "Windows Phone (MPNS)",
  adm: "Amazon (ADM)",
  baidu: "Baidu",
  xiaomi: "Xiaomi",
};

/** What a hub says of a device, as the API's clients would say it. */
export const hubEntry = (hub: HubDevice, options: HubOptions): Understood => {
  const platformType = Object.hasOwn(platforms, hub.platform) ? platforms[hub.platform] : undefined;
  if (platformType === undefined) {
    const name = Object.hasOwn(elsewhere, hub.platform) ? elsewhere[hub.platform] : undefined;
    return refusedFor(name === undefined ? "its platform is none that is known" : `Fanfare does not push to ${name}`);
  }
  const users = new Set(
    [hub.userId, ...hub.tags.map((tag) => userIn(tag, options))].filter((user) => user !== undefined),
  );
  if (users.size > 1) return refusedFor("it names more than one user");
  const channel = channelOf(platformType, hub, options);
  if (typeof channel === "string") return refusedFor(channel);
  const { id, deviceId, updatedAt } = hub;
  const [user] = users;
  return { kind: "device", device: { id, owner: { user }, deviceId, platformType, channel, updatedAt } };
};

/** A tag of the hub's own making, or one of the app's that begins as it was told. */
const userIn = (tag: string, { userTag }: HubOptions): string | undefined => {
  const own = inBraces(tag, "UserId");
  if (own !== undefined) return own;
  return userTag !== undefined && tag.startsWith(userTag) ? tag.slice(userTag.length) || undefined : undefined;
};

/** Of a hub's own tag, `$InstallationId:{…}` say, what is in the braces. https://learn.microsoft.com/azure/notification-hubs/notification-hubs-push-notification-registration-management */
export const inBraces = (tag: string, name: string): string | undefined => {
  const start = `$${name}:{`.toLowerCase();
  if (!tag.toLowerCase().startsWith(start) || !tag.endsWith("}")) return undefined;
  return tag.slice(start.length, -1) || undefined;
};

/** The channel, or why there is none. */
const channelOf = (
  platformType: PlatformType,
  { handle, browser }: HubDevice,
  { bundleId, apnsEnvironment, packageName }: HubOptions,
): DumpedDevice["channel"] | string => {
  if (platformType === "WebPush") {
    if (!browser) return "it has no endpoint and keys";
    const { endpoint, p256dh, auth } = browser;
    return { endpoint, keys: { p256dh, auth } };
  }
  if (handle === undefined) return "it has no push channel";
  if (platformType === "Windows") return { uri: handle };
  if (platformType === "Android") {
    return packageName === undefined
      ? "for Android --package-name must say whose app it is"
      : { token: handle, packageName };
  }
  return bundleId === undefined || apnsEnvironment === undefined
    ? "for iOS --bundle-id and --apns-environment must say whose app it is and how it was signed"
    : { token: handle, bundleId, environment: apnsEnvironment };
};
