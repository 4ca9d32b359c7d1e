import type { Answer } from "../feed-api.ts";
import { parsePushMessage } from "../push-message.ts";
import { allOf, givenBy, withGiven } from "./given.ts";
import { asOriginal, type OriginalNotification } from "./original-notification.ts";
import { readFeed } from "./read-feed.ts";
import type { ProcessPushNotificationResult, UserNotificationsResult } from "./results.ts";
import { serviceAt, type Uses } from "./service.ts";
import { failedDueToInvalidSubscription, resultOf, succeeded, type ApiResult } from "./statuses.ts";

/** All there is, read anew: what pushes have given is another story. */
export const readAll = async (use: Uses): Promise<UserNotificationsResult> => {
  const registration = await use.registrations.read();
  const answer = await readFeed(serviceAt(use, registration));
  const userNotifications = answer.kind === "ok" ? allOf(answer.value, use.now()) : [];
  return { ...resultOfReading(use, answer, registration !== undefined), userNotifications };
};

/** What a push brings along, or what has changed since the last one. */
export const processPush = async (use: Uses, text: string): Promise<ProcessPushNotificationResult> => {
  const message = parsePushMessage(text);
  if (!message) return { isUserNotificationPush: false, ...succeeded, userNotifications: [] };
  const registration = await use.registrations.read();
  const store = use.givenStore(registration);
  try {
    if (message.kind === "content") {
      const { notification, newETag: etag } = message;
      await store.update((state) => withGiven(state, { notification, etag }, use.now()));
      return { isUserNotificationPush: true, ...succeeded, userNotifications: [asOriginal(notification)] };
    }
    const { link } = await store.read();
    const answer = await readFeed(serviceAt(use, registration), link);
    let userNotifications: readonly OriginalNotification[] = [];
    if (answer.kind === "ok") {
      // In one step: of two pushes at once, each change is given to one.
      await store.update((state) => {
        const { state: after, notifications } = givenBy(state, answer.value, message.newETag, use.now());
        userNotifications = notifications;
        return after;
      });
    }
    const result = resultOfReading(use, answer, registration !== undefined);
    return { isUserNotificationPush: true, ...result, userNotifications };
  } finally {
    store.close();
  }
};

/** A client of several host names has to name one; where this browser was never subscribed, none is known. */
const resultOfReading = (use: Uses, answer: Answer<unknown>, isHostKnown: boolean): ApiResult =>
  answer.kind === "refused" && !isHostKnown ? failedDueToInvalidSubscription : resultOf(answer, use.now());
