import type { Notification } from "../../../../shared/notification/notification.ts";
import type { Channel, Subscription } from "../../../../shared/subscription/subscription.ts";
import type { FcmAttempt } from "../../../../shared/channels/fcm/message.ts";
import { notificationWith, subscriptionWith } from "../../samples.ts";

export const phone = { kind: "fcm", token: "registration-token", packageName: "com.contoso.app" } as const;

/** A phone that asked for content. */
export const phoneWith = (changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({ platformType: "Android", channel: phone satisfies Channel, ...changes });

/** A first attempt at content, at a phone that asked for it. */
export const attemptWith = (notification: Partial<Notification> = {}, more: Partial<FcmAttempt> = {}): FcmAttempt => ({
  kind: "content",
  notification: notificationWith(notification),
  subscription: phoneWith(),
  isRepeat: false,
  ...more,
});
