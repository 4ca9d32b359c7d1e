import { printInstant } from "../../../shared/notification/instant.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { isToResubscribe } from "../../../shared/subscription/bound-key.ts";
import type { VapidKeyIds } from "../../../shared/subscription/vapid-key.ts";

/** What decides how a subscription is shown. */
export type Showing = { readonly vapidKeys: VapidKeyIds };

/** What every answer tells of a subscription, in the contract's order (3): neither UNSID nor channel. */
const plain = (targetHostName: string, subscription: Subscription) => ({
  id: subscription.id,
  expirationDateTime: printInstant(subscription.expiresAt),
  targetHostName,
  platformType: subscription.platformType,
  deviceId: subscription.deviceId,
  displayName: subscription.displayName,
  notificationType: subscription.notificationType,
});

/** The last member, there for a browser only whose key is being retired: it is to subscribe anew, with the current one. */
const wish = ({ vapidKeys }: Showing, subscription: Subscription): { readonly resubscribe?: true } =>
  isToResubscribe(subscription, vapidKeys) ? { resubscribe: true } : {};

/** A subscription as the client that just made it is told. */
export const shown = (use: Showing, targetHostName: string, subscription: Subscription) => ({
  ...plain(targetHostName, subscription),
  ...wish(use, subscription),
});

/** A subscription in a list, and whether its channel still works: `gone` is for the client to subscribe again. */
export const listed = (use: Showing, targetHostName: string, subscription: Subscription) => ({
  ...plain(targetHostName, subscription),
  channelState: subscription.channel ? "active" : "gone",
  ...wish(use, subscription),
});
