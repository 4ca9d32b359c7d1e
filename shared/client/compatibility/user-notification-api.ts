import type { Foundation } from "./foundation.ts";
import { userActionStateOf } from "./original-notification.ts";
import { processPush, readAll } from "./reading.ts";
import type {
  ProcessPushNotificationResult,
  UserNotificationsResult,
  UserNotificationSubscriptionResult,
  UserNotificationUpdateResult,
} from "./results.ts";
import type { Uses } from "./service.ts";
import { failedDueToInvalidResource, type UserNotificationUserActionState } from "./statuses.ts";
import { subscribe, unsubscribe } from "./subscribing.ts";
import { update, updateOf } from "./updating.ts";

/**
 * The original's client: one for a page, another in the service worker. They share what `subscribeToUserNotificationsAsync` learned, not
 * the token, which each is given. No method rejects for an answer of the service, or for none: the result's `status` says how it ended.
 */
export class UserNotificationApi {
  /** The user's access token for the service; null while there is none. Set it anew when the app has renewed it. */
  oAuthAccessToken: string | null;
  readonly #use: Uses;

  constructor(foundation: Foundation, oAuthAccessToken: string | null) {
    this.oAuthAccessToken = oAuthAccessToken;
    this.#use = { ...foundation, token: () => this.oAuthAccessToken };
  }

  /**
   * Subscribes this browser for the signed-in user, or renews its subscription, which lives for 30 days: as ever, to be called at each
   * start of the page. `crossDeviceAppId` is the app's host name, as its server posts to it.
   */
  subscribeToUserNotificationsAsync(
    crossDeviceAppId: string,
    displayName: string,
    pushSubscription: PushSubscription,
  ): Promise<UserNotificationSubscriptionResult> {
    return subscribe(this.#use, { targetHostName: crossDeviceAppId, displayName, pushSubscription });
  }

  /** Ends the subscription of this browser; to be called before the user signs out. */
  unsubscribeFromUserNotificationsAsync(): Promise<UserNotificationUpdateResult> {
    return unsubscribe(this.#use);
  }

  /** All live notifications of the user for this app, newest first. */
  getAllNotificationsAsync(): Promise<UserNotificationsResult> {
    return readAll(this.#use);
  }

  /**
   * What a push, as text, is about. Content in it is given as it is, and nobody is asked. For a push without content, what has changed in
   * the feed since the last one is fetched, for which the token is needed.
   */
  processPushNotificationAsync(pushNotificationPayload: string): Promise<ProcessPushNotificationResult> {
    return processPush(this.#use, pushNotificationPayload);
  }

  /** Marks it read (true) or unread; the user's other devices are told. */
  updateNotificationReadStateAsync(notificationId: string, readState: boolean): Promise<UserNotificationUpdateResult> {
    const change = { readState: readState ? "read" : "unread" } as const;
    return update(this.#use, notificationId, (api) => api.change({ id: notificationId, change }));
  }

  /** Says what the user did with it; the user's other devices are told. */
  async updateNotificationUserActionStateAsync(
    notificationId: string,
    newUserActionState: UserNotificationUserActionState,
  ): Promise<UserNotificationUpdateResult> {
    const userActionState = userActionStateOf(newUserActionState);
    if (userActionState === undefined) return updateOf(notificationId, failedDueToInvalidResource);
    return update(this.#use, notificationId, (api) => api.change({ id: notificationId, change: { userActionState } }));
  }

  /** Deletes it, on all devices; succeeds also when it was deleted before. */
  deleteNotificationAsync(notificationId: string): Promise<UserNotificationUpdateResult> {
    return update(this.#use, notificationId, (api) => api.remove({ id: notificationId }));
  }
}
