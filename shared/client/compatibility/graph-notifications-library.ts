import { inBrowser } from "./foundation.browser.ts";
import { UserNotificationApi } from "./user-notification-api.ts";

/*
 * Everything `graph-notifications-library.js` of Microsoft Graph notifications' web SDK offered to pages and service workers, over this
 * service. What differs, and what to change in an app: README.md beside this file.
 */

/** The original's client in this page or service worker. The token may come later, by `oAuthAccessToken`. */
export class UserNotificationApiImpl extends UserNotificationApi {
  constructor(oAuthAccessToken: string | null = null) {
    super(inBrowser, oAuthAccessToken);
  }
}

export { configure } from "./foundation.browser.ts";
export type { OriginalNotification as UserNotification } from "./original-notification.ts";
export type {
  ProcessPushNotificationResult,
  UserNotificationsResult,
  UserNotificationSubscriptionResult,
  UserNotificationUpdateResult,
} from "./results.ts";
export { UserNotificationApiResultStatus, UserNotificationUserActionState } from "./statuses.ts";
