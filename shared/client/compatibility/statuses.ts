import type { Answer } from "../feed-api.ts";

/** How a call ended, in the original's numbers. 1 is its own: no home cloud changes here, and it is never given. */
export type UserNotificationApiResultStatus = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export type UserNotificationUserActionState = 0 | 1 | 2 | 3;

/** Names and numbers both ways, as the original's enums had them: apps compare with the name and print it by the number. */
export const UserNotificationApiResultStatus = bothWays<
  | "Succeeded"
  | "FailedDueToHomeCloudChange"
  | "FailedDueToAuthorizationFailure"
  | "FailedDueToInvalidSubscription"
  | "FailedDueToInvalidResource"
  | "FailedDueToThrottledByServer"
  | "FailedDueToServerError",
  UserNotificationApiResultStatus
>({
  Succeeded: 0,
  FailedDueToHomeCloudChange: 1,
  FailedDueToAuthorizationFailure: 2,
  FailedDueToInvalidSubscription: 3,
  FailedDueToInvalidResource: 4,
  FailedDueToThrottledByServer: 5,
  FailedDueToServerError: 6,
});

export const UserNotificationUserActionState = bothWays<
  "None" | "Activated" | "Dismissed" | "Snoozed",
  UserNotificationUserActionState
>({ None: 0, Activated: 1, Dismissed: 2, Snoozed: 3 });

/** How a call ended; `retryAfterDateTime` is there only when the server throttled it: not before then. */
export type ApiResult = { readonly status: UserNotificationApiResultStatus; readonly retryAfterDateTime?: Date };

/** The service's answer in the original's statuses. `now` is epoch milliseconds. */
export const resultOf = (answer: Answer<unknown>, now: number): ApiResult => {
  const is = UserNotificationApiResultStatus;
  switch (answer.kind) {
    case "ok":
      return succeeded;
    case "unauthorized":
    case "forbidden":
      return { status: is.FailedDueToAuthorizationFailure };
    case "not-found":
    case "changed":
    case "gone":
      return failedDueToInvalidResource;
    case "refused":
      // 409: the user has as many subscriptions as there may be.
      return answer.status === 409 ? failedDueToInvalidSubscription : failedDueToInvalidResource;
    case "throttled":
      return { status: is.FailedDueToThrottledByServer, retryAfterDateTime: new Date(now + answer.waitMs) };
    case "offline":
    case "failed":
      return { status: is.FailedDueToServerError };
  }
};

export const succeeded: ApiResult = { status: UserNotificationApiResultStatus.Succeeded };
/** This browser is not subscribed, or no longer. */
export const failedDueToInvalidSubscription: ApiResult = {
  status: UserNotificationApiResultStatus.FailedDueToInvalidSubscription,
};
export const failedDueToInvalidResource: ApiResult = {
  status: UserNotificationApiResultStatus.FailedDueToInvalidResource,
};

/** Each member has the type of all of them, so that a variable that began with one may be given another, as with an enum. */
function bothWays<Name extends string, Value extends number>(
  numbers: Readonly<Record<Name, Value>>,
): Readonly<Record<Name, Value>> & Readonly<Record<number, string>> {
  const names = Object.entries(numbers).map(([name, number]) => [number, name] as const);
  return Object.freeze({ ...numbers, ...(Object.fromEntries(names) as Record<number, string>) });
}
