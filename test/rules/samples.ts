import type { Notification, NotificationId, PlatformType } from "../../shared/notification/notification.ts";
import { newNotificationId } from "../../shared/notification/notification.ts";
import type { Channel, SubscriptionId } from "../../shared/subscription/subscription.ts";
import { vapidKeyIdOf } from "../../shared/subscription/vapid-key.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import type { FeedKey } from "../../shared/feed-key.ts";

/** The moment at which most rules are tried: 2026-01-31T12:00:00Z. */
export const now = Date.UTC(2026, 0, 31, 12);
export const feed = "feed-of-a-user" as FeedKey;

/** A published key of a browser (RFC 8291, appendix A) with its secret. */
export const browserKeys = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};

/** The server's VAPID keys: the example's (RFC 8292, section 2.4) is the current one, the other is being retired. */
export const vapidPublicKeys = {
  current: "BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs",
  previous: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
};
export const vapidKeys = {
  current: vapidKeyIdOf(vapidPublicKeys.current),
  previous: vapidKeyIdOf(vapidPublicKeys.previous),
};

/** A notification with raw content for every platform, living for an hour more; `changes` says what this test is about. */
export const notificationWith = (changes: Partial<Notification> = {}): Notification => ({
  targetHostName: "app.contoso.com",
  appNotificationId: "order-7",
  groupName: null,
  payload: { rawContent: "your order is ready" },
  platformTypes: ["Windows", "iOS", "Android", "WebPush"],
  priority: "None",
  expiresAt: now + 3_600_000,
  displayUntil: now + 3_600_000,
  fallback: null,
  id: newNotificationId(now),
  createdAt: now,
  contentAt: now,
  knownUntil: now + 3_600_000,
  modifiedAt: null,
  status: "active",
  readState: "unread",
  userActionState: "noInteraction",
  epoch: "epoch",
  version: 7,
  contentVersion: 7,
  ...changes,
});

/** A browser's live subscription. */
export const subscriptionWith = (changes: Partial<KeptSubscription> = {}): KeptSubscription => ({
  id: "browser" as SubscriptionId,
  deviceId: "device",
  displayName: null,
  platformType: "WebPush",
  notificationType: "NotificationWithPayload",
  channel: { kind: "webpush", endpoint: "https://fcm.googleapis.com/fcm/send/abc", keys: browserKeys },
  channelTag: "tag",
  expiresAt: now + 86_400_000,
  stored: { partitionKey: feed, rowKey: "s_browser", etag: "1" },
  ...changes,
});

/** A channel of each platform. */
export const channelOf = (platformType: PlatformType): Channel => {
  switch (platformType) {
    case "Windows":
      return { kind: "wns", uri: "https://db5p.notify.windows.com/?token=abc" };
    case "iOS":
      return { kind: "apns", token: "00".repeat(32), bundleId: "com.contoso.app", environment: "production" };
    case "Android":
      return { kind: "fcm", token: "registration", packageName: "com.contoso.app" };
    case "WebPush":
      return { kind: "webpush", endpoint: "https://fcm.googleapis.com/fcm/send/abc", keys: browserKeys };
  }
};

export const subscriptionId = (text: string): SubscriptionId => text as SubscriptionId;
export const notificationId = (text: string): NotificationId => text as NotificationId;
