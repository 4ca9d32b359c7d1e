import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import type { NotificationDraft } from "../../../shared/notification/notification.ts";
import type { Problem } from "../../../shared/problem.ts";
import { problemWith } from "../../support/problem-with.ts";
import { now } from "../samples.ts";

/** A valid body; `changes` replaces members, and undefined removes them. */
export const bodyWith = (changes: Record<string, unknown> = {}): unknown =>
  JSON.parse(
    JSON.stringify({
      targetHostName: "app.contoso.com",
      appNotificationId: "order-7",
      payload: { rawContent: "ready" },
      ...changes,
    }),
  );

export const parse = (changes: Record<string, unknown> = {}): NotificationDraft =>
  parseNotification(bodyWith(changes), now);

export const problemOf = (body: unknown): Problem => problemWith(() => parseNotification(body, now));

/** What a body is told: `target: message`, in order. */
export const told = (changes: Record<string, unknown>): string[] =>
  problemOf(bodyWith(changes)).details.map(({ target, message }) => `${target}: ${message}`);

export const visual = { title: "Hello", body: "World" };
export const fallback = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  endpointFallback: { platformTypes: ["iOS"], fallbackDelayInSeconds: 60, visualContent: visual, ...changes },
});
/** Where a fallback's faults are told. */
export const at = "fallbackPolicy.endpointFallback";

/** The example that the original's documentation gives. */
export const original = {
  targetHostName: "graphnotifications.sample.windows.com",
  appNotificationId: "testDirectToastNotification",
  expirationDateTime: "2019-10-30T23:59:00.000Z",
  payload: { visualContent: { title: "Hello World!", body: "Notifications are Great!" } },
  targetPolicy: { platformTypes: ["windows", "ios", "android"] },
  priority: "High",
  groupName: "TestGroup",
  displayTimeToLive: "60",
};
