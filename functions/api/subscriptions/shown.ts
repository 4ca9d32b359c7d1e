import { printInstant } from "../../../shared/notification/instant.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";

/** What every answer tells of a subscription, in the contract's order (3): neither UNSID nor channel. */
export const shown = (targetHostName: string, subscription: Subscription) => ({
  id: subscription.id,
  expirationDateTime: printInstant(subscription.expiresAt),
  targetHostName,
  platformType: subscription.platformType,
  deviceId: subscription.deviceId,
  displayName: subscription.displayName,
  notificationType: subscription.notificationType,
});

/** The same, and whether its channel still works: `gone` is for the client to subscribe again. */
export const listed = (targetHostName: string, subscription: Subscription) => ({
  ...shown(targetHostName, subscription),
  channelState: subscription.channel ? "active" : "gone",
});
