import type { OriginalNotification } from "./original-notification.ts";
import type { ApiResult } from "./statuses.ts";

export type UserNotificationSubscriptionResult = ApiResult & {
  /** The UNSID, a secret between the app and its own server; null when there is none. */
  readonly userNotificationSubscriptionId: string | null;
  readonly expirationDateTime: Date | null;
};

export type UserNotificationUpdateResult = ApiResult & {
  /** As it was asked for; empty when the call is about no notification. */
  readonly notificationId: string;
  /** Whether `status` is `Succeeded`. */
  readonly succeeded: boolean;
};

export type UserNotificationsResult = ApiResult & {
  /** Empty unless `status` is `Succeeded`. */
  readonly userNotifications: readonly OriginalNotification[];
};

export type ProcessPushNotificationResult = UserNotificationsResult & {
  /** False: the push is not of this service, and nothing was done about it. */
  readonly isUserNotificationPush: boolean;
};
