import { expect, test } from "vitest";
import type { LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { planDeliveries } from "../../../shared/delivery/plan.ts";
import { platformTypes, type Notification, type PlatformType } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";

const isServed = (): boolean => true;

const entryWith = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  channelTag: "tag",
  contentVersion: 7,
  outcome: "delivered",
  attempts: 1,
  at: now - 1_000,
  ...changes,
});

type Standing = {
  readonly notification?: Partial<Notification>;
  readonly subscription?: Partial<Subscription>;
  readonly entry?: LedgerEntry;
};
/** What is planned for one browser: "due", the time it has to wait for, or "nobody". */
const planOf = ({ notification, subscription, entry }: Standing): "due" | "nobody" | number => {
  const one = subscriptionWith(subscription);
  const entries = entry ? { [one.id]: entry } : {};
  const standing = { subscriptions: [one], ledger: { entries, mark: undefined }, isServed, now };
  const { due, waitingUntil } = planDeliveries({ ...standing, notification: notificationWith(notification) });
  return due.length > 0 ? "due" : (waitingUntil ?? "nobody");
};

const visual = { visualContent: { title: "Hello" } };

test.each<[string, Standing, "due" | "nobody" | number]>([
  ["a live browser that heard nothing yet is due", {}, "due"],
  ["a device without a channel is left out", { subscription: { channel: null } }, "nobody"],
  ["a device that polls is left out", { subscription: { notificationType: "NoNotification" } }, "nobody"],
  ["a device that wants taps is due", { subscription: { notificationType: "NotificationOnly" } }, "due"],
  ["a platform outside the policy is left out", { notification: { platformTypes: ["iOS", "Windows"] } }, "nobody"],
  ["visual content alone reaches no browser", { notification: { payload: visual } }, "nobody"],
  ["raw beside visual content reaches a browser", { notification: { payload: { ...visual, rawContent: "r" } } }, "due"],
  [
    "visual content alone reaches another platform",
    { notification: { payload: visual }, subscription: { platformType: "iOS" } },
    "due",
  ],
  ["what has expired rings nowhere", { notification: { expiresAt: now } }, "nobody"],
  ["what the user has read rings nowhere", { notification: { readState: "read" } }, "nobody"],
  ["what the user dismissed rings nowhere", { notification: { userActionState: "dismissed" } }, "nobody"],
  ["what was deleted rings nowhere", { notification: { status: "deleted" } }, "nobody"],
  ["what was replaced rings", { notification: { status: "updated" } }, "due"],
  ["what the user activated or snoozed, unread, rings", { notification: { userActionState: "snoozed" } }, "due"],
  ["what the ledger says delivered is not sent again", { entry: entryWith() }, "nobody"],
  ["what was refused for good is not sent again", { entry: entryWith({ outcome: "rejected" }) }, "nobody"],
  ["what was given up is not taken up again", { entry: entryWith({ outcome: "gave-up" }) }, "nobody"],
  ["newer content was delivered already", { entry: entryWith({ contentVersion: 8 }) }, "nobody"],
  ["newer content than was delivered starts over", { entry: entryWith({ contentVersion: 6 }) }, "due"],
  ["a new channel starts over", { entry: entryWith({ channelTag: "old" }) }, "due"],
  ["a busy device waits for its time", { entry: entryWith({ outcome: "busy", notBefore: now + 1 }) }, now + 1],
  ["a busy device whose time has come is due", { entry: entryWith({ outcome: "busy", notBefore: now }) }, "due"],
  [
    "newer content does not wait for what older content was told",
    { entry: entryWith({ outcome: "busy", notBefore: now + 1, contentVersion: 6 }) },
    "due",
  ],
  [
    "a new channel does not wait for what the old one was told",
    { entry: entryWith({ outcome: "busy", notBefore: now + 1, channelTag: "old" }) },
    "due",
  ],
  [
    "a run that read older content than was tried meanwhile keeps that one's time",
    { entry: entryWith({ outcome: "busy", notBefore: now + 1, contentVersion: 8 }) },
    now + 1,
  ],
])("%s", (_, standing, planned) => {
  expect(planOf(standing)).toBe(planned);
});

test("of many devices each has its own plan, and the earliest of those that wait sets the time", () => {
  const named = (id: string) => subscriptionWith({ id: subscriptionId(id) });
  const subscriptions = ["done", "early", "late", "new"].map(named);
  const entries = {
    [subscriptionId("done")]: entryWith(),
    [subscriptionId("early")]: entryWith({ outcome: "busy", notBefore: now + 10 }),
    [subscriptionId("late")]: entryWith({ outcome: "misconfigured", notBefore: now + 20 }),
    [subscriptionId("unsubscribed")]: entryWith({ outcome: "busy", notBefore: now + 5 }),
  };
  const ledger = { entries, mark: "1" };
  const plan = planDeliveries({ notification: notificationWith(), subscriptions, ledger, isServed, now });
  expect(plan.due.map(({ id }) => id)).toEqual(["new"]);
  expect(plan.waitingUntil).toBe(now + 10);
});

test("nobody subscribed: nobody is due and nobody waits", () => {
  const ledger = { entries: {}, mark: undefined };
  expect(planDeliveries({ notification: notificationWith(), subscriptions: [], ledger, isServed, now })).toEqual({
    due: [],
    waitingUntil: undefined,
  });
});

type Contents = "visual" | "raw" | "both";
const payloads = {
  visual,
  raw: { rawContent: "r" },
  both: { ...visual, rawContent: "r" },
} satisfies Record<Contents, Notification["payload"]>;

/** Contract 5, the rows of new content. */
const reached: Readonly<Record<PlatformType, readonly Contents[]>> = {
  Windows: ["visual", "raw", "both"],
  Android: ["visual", "raw", "both"],
  iOS: ["visual", "raw", "both"],
  WebPush: ["raw", "both"],
};

test.each(platformTypes)(
  "%s is reached by the content that its column of the contract names, and no other",
  (platformType) => {
    const planned = (Object.keys(payloads) as Contents[]).filter(
      (content) => planOf({ notification: { payload: payloads[content] }, subscription: { platformType } }) === "due",
    );
    expect(planned).toEqual(reached[platformType]);
  },
);

test("a device whose channel is not served yet is left out, neither due nor waiting", () => {
  const one = subscriptionWith();
  const entries = { [one.id]: entryWith({ outcome: "busy", notBefore: now + 10 }) };
  for (const known of [{}, entries]) {
    const standing = {
      notification: notificationWith(),
      subscriptions: [one],
      ledger: { entries: known, mark: "1" },
      now,
    };
    const plan = planDeliveries({ ...standing, isServed: (kind) => kind !== "webpush" });
    expect(plan).toEqual({ due: [], waitingUntil: undefined });
  }
});
