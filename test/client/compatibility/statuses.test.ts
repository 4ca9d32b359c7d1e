import { describe, expect, test } from "vitest";
import type { Setback } from "../../../shared/client/feed-api.ts";
import {
  UserNotificationApiResultStatus,
  UserNotificationUserActionState,
} from "../../../shared/client/compatibility/graph-notifications-library.ts";
import { resultOf } from "../../../shared/client/compatibility/statuses.ts";

test("the numbers are the original's, by name and, as its enums were, by number", () => {
  const names = [
    "Succeeded",
    "FailedDueToHomeCloudChange",
    "FailedDueToAuthorizationFailure",
    "FailedDueToInvalidSubscription",
    "FailedDueToInvalidResource",
    "FailedDueToThrottledByServer",
    "FailedDueToServerError",
  ];
  names.forEach((name, number) => expect(UserNotificationApiResultStatus).toHaveProperty(name, number));
  expect(names.map((_, number) => UserNotificationApiResultStatus[number])).toEqual(names);
  expect(UserNotificationUserActionState).toMatchObject({ None: 0, Activated: 1, Dismissed: 2, Snoozed: 3 });
  expect(UserNotificationUserActionState[3]).toBe("Snoozed");
});

describe("what the service answers, in the original's statuses", () => {
  const now = Date.UTC(2026, 0, 31, 12);
  const reason = "because";
  test.each<[Setback, keyof typeof UserNotificationApiResultStatus]>([
    [{ kind: "offline", reason }, "FailedDueToServerError"],
    [{ kind: "failed", status: 502, reason }, "FailedDueToServerError"],
    [{ kind: "unauthorized", reason }, "FailedDueToAuthorizationFailure"],
    [{ kind: "forbidden", reason }, "FailedDueToAuthorizationFailure"],
    [{ kind: "not-found", reason }, "FailedDueToInvalidResource"],
    [{ kind: "changed", reason }, "FailedDueToInvalidResource"],
    [{ kind: "gone", reason }, "FailedDueToInvalidResource"],
    [{ kind: "refused", status: 400, reason }, "FailedDueToInvalidResource"],
    [{ kind: "refused", status: 409, reason }, "FailedDueToInvalidSubscription"],
  ])("%o: %s", (answer, name) => {
    expect(resultOf(answer, now)).toEqual({ status: UserNotificationApiResultStatus[name] });
  });

  test("a throttled call says when it may be repeated", () => {
    expect(resultOf({ kind: "throttled", reason, waitMs: 90_000 }, now)).toEqual({
      status: 5,
      retryAfterDateTime: new Date("2026-01-31T12:01:30Z"),
    });
  });
});
