import { expect, test } from "vitest";
import { deliveriesOf } from "../../../shared/delivery/explain.ts";
import { nothingTold, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";
import { entryWith } from "./entries.ts";

const fallback = { delaySeconds: 60, visualContent: { title: "the secret" } };
const phone = subscriptionWith({ id: subscriptionId("phone"), platformType: "iOS", channel: channelOf("iOS") });

type Case = {
  readonly notification?: Partial<Notification>;
  readonly device?: Partial<typeof phone>;
  readonly entry?: LedgerEntry;
  readonly fetched?: number;
};
const explained = ({ notification, device, entry, fetched }: Case) =>
  deliveriesOf({
    notification: notificationWith({ fallback, contentAt: now - 61_000, ...notification }),
    subscriptions: [{ ...phone, ...device }],
    ledger: { ...nothingTold, fallback: entry ? { [phone.channelTag]: entry } : {} },
    isServed: () => true,
    fetched: new Map(fetched === undefined ? [] : [[phone.id, fetched]]),
    now,
  })[0]?.fallback;

test.each<[string, Case, string]>([
  ["the delay is not over", { notification: { contentAt: now } }, "An alert comes at 2026-01-31T12:01:00Z, unless"],
  ["its message has not come yet", {}, "Not alerted yet: its message waits on the queue"],
  [
    "it was alerted",
    { entry: entryWith() },
    "Alerted, for it had not fetched the notification: its push service took it",
  ],
  [
    "its push service was busy",
    { entry: entryWith({ outcome: "busy", reason: "503", notBefore: now + 5_000 }) },
    "could not take it (503); it is tried again at 2026-01-31T12:00:05Z.",
  ],
  [
    "its push service was busy, and it has fetched it since",
    { entry: entryWith({ outcome: "busy", notBefore: now + 5_000 }), fetched: 7 },
    "it is not tried again: it has fetched the notification.",
  ],
  ["it has fetched it", { fetched: 7 }, "No alert: it has fetched the notification."],
  ["it has fetched an older content only", { fetched: 6 }, "Not alerted yet"],
  ["an older content was alerted of", { entry: entryWith({ told: 6 }) }, "Not alerted yet"],
  ["the user dismissed it", { notification: { userActionState: "dismissed" } }, "No alert: the user dismissed it"],
  ["it polls", { device: { notificationType: "NoNotification" } }, "No alert: it subscribed with NoNotification"],
])("why a device was alerted, will be, or is not: %s", (_, one, sentence) => {
  expect(explained(one)?.explanation).toContain(sentence);
});

test.each<[string, Case]>([
  ["there is no fallback", { notification: { fallback: null } }],
  ["the notification ends before", { notification: { expiresAt: now - 1_000 } }],
  ["iOS is not targeted", { notification: { platformTypes: ["Android"] } }],
  ["it is no iOS device", { device: { platformType: "Android", channel: channelOf("Android") } }],
])("of a device that gets no alert because %s nothing is told of one", (_, one) => {
  expect(explained(one)).toBeNull();
});

test("an alert is told with when it is due, its attempts and the push service's own reason, and none of its content", () => {
  const alert = explained({ entry: entryWith({ outcome: "rejected", reason: "400 BadTopic", attempts: 2 }) });
  expect(alert).toMatchObject({
    dueDateTime: "2026-01-31T11:59:59Z",
    outcome: "rejected",
    reason: "400 BadTopic",
    attempts: 2,
    lastAttemptDateTime: "2026-01-31T11:59:59Z",
  });
  expect(JSON.stringify(alert)).not.toContain("secret");
});
