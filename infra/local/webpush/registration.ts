import * as z from "zod";
import type { Device } from "../push/devices.ts";
import { subscriptionKeysSchema, type SubscriptionKeys } from "./subscription-keys.ts";

const browserRegistrationSchema = z.object({
  kind: z.literal("browser"),
  /** Mozilla's name for the browser, which it gets with its first hello and says again with each later one. */
  uaid: z.string(),
  /** The browser's own name for this subscription; it is unique among those of the browser. */
  channelId: z.string(),
  /** The only VAPID key that may push to it, or null for any sender. */
  applicationServerKey: z.string().nullable(),
});
/** What is known of a real browser's subscription. The keys to its messages are the browser's own. */
export type BrowserRegistration = z.infer<typeof browserRegistrationSchema>;

/** What the service knows of a subscription: of a virtual device's everything, of a real browser's only where it is. */
export const registrationSchema = z.union([subscriptionKeysSchema, browserRegistrationSchema]);
export type Registration = SubscriptionKeys | BrowserRegistration;

export const isVirtual = (device: Device<Registration>): device is Device<SubscriptionKeys> =>
  device.own.kind === "virtual";

export const isBrowsers = (device: Device<Registration>): device is Device<BrowserRegistration> =>
  device.own.kind === "browser";
