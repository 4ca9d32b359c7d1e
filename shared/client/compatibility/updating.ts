import type { Answer, FeedApi } from "../feed-api.ts";
import type { UserNotificationUpdateResult } from "./results.ts";
import { serviceAt, type Uses } from "./service.ts";
import { failedDueToInvalidSubscription, resultOf, succeeded, type ApiResult } from "./statuses.ts";

/**
 * One write. It names this browser's subscription; when that has ended the service takes the write without it, and the status says so:
 * the app subscribes anew and may repeat the write, which changes nothing more.
 */
export const update = async (
  use: Uses,
  notificationId: string,
  write: (api: FeedApi) => Promise<Answer<unknown>>,
): Promise<UserNotificationUpdateResult> => {
  const registration = await use.registrations.read();
  const ended: string[] = [];
  const api = serviceAt(use, registration, {
    unsid: () => registration?.unsid,
    onUnsidRefused: (unsid) => ended.push(unsid),
  });
  const answer = await write(api);
  const result =
    answer.kind === "ok" && ended.length > 0 ? failedDueToInvalidSubscription : resultOf(answer, use.now());
  return updateOf(notificationId, result);
};

export const updateOf = (notificationId: string, result: ApiResult): UserNotificationUpdateResult => ({
  notificationId,
  succeeded: result.status === succeeded.status,
  ...result,
});
