import type { Composed } from "../channels/channel.ts";
import { milliseconds } from "../clock.ts";
import { isExpired, type Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { nothingTold } from "./ledger.ts";
import { planDeliveries, planFallback } from "./plan.ts";
import { isAlertable, notReached, notRung, silences, type IsServed } from "./reach.ts";

/** What one device would get of a notification, or why nothing. */
export type Rehearsed = Pick<Subscription, "platformType" | "displayName" | "notificationType"> & {
  readonly subscriptionId: Subscription["id"];
  readonly channelState: "active" | "gone";
  readonly isTold: boolean;
  /** What it gets and why so, or why nothing: a sentence for people. */
  readonly explanation: string;
  readonly push?: Composed;
};

type Rehearsing<S extends Subscription> = {
  readonly notification: Notification;
  readonly subscriptions: readonly S[];
  readonly isServed: IsServed;
  /** Undefined where the channel cannot say. */
  readonly compose: (kind: "content" | "fallback", subscription: S) => Composed | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Each device of the user, and what it would be pushed at once: decided by the very plan that deliveries are made by. */
export const rehearseDeliveries = <S extends Subscription>(rehearsing: Rehearsing<S>): Rehearsed[] => {
  const { notification, subscriptions, isServed, compose } = rehearsing;
  const { due } = planDeliveries({ ...rehearsing, ...asNew });
  const told = new Set(due.map(({ subscription }) => subscription));
  return subscriptions.map((subscription) =>
    told.has(subscription)
      ? pushed(subscription, compose("content", subscription))
      : silent(subscription, notRung(notification, subscription) ?? notReached(subscription, isServed)),
  );
};

/** When the fallback's alert is due (epoch milliseconds), and on which iOS devices unless they fetch the notification before; null without one. */
export const rehearseFallback = <S extends Subscription>(
  rehearsing: Rehearsing<S>,
): { readonly at: number; readonly deliveries: Rehearsed[] } | null => {
  const { notification, subscriptions, isServed, compose } = rehearsing;
  if (!notification.fallback) return null;
  const at = notification.contentAt + notification.fallback.delaySeconds * milliseconds.second;
  const nobodyYet = { ...asNew, version: notification.contentVersion, fetched: new Set<string>() };
  const { due } = planFallback({ ...rehearsing, ...nobodyYet, now: at });
  const told = new Set(due.map(({ subscription }) => subscription));
  const phones = subscriptions.filter((subscription) => isAlertable(notification, subscription));
  const deliveries = phones.map((phone) => {
    if (told.has(phone)) return { ...pushed(phone, compose("fallback", phone)), explanation: onlyUnfetched };
    return silent(phone, isExpired(notification, at) ? "ends-before" : notReached(phone, isServed));
  });
  return { at, deliveries };
};

/** A new content: whatever the ledger has is of an older one, and owes it nothing. */
const asNew = { ledger: nothingTold, again: new Set<string>() };

const onlyUnfetched =
  "The system draws it, unless the app has fetched the notification by then, or it was seen to, deleted or replaced.";

const pushed = (subscription: Subscription, push: Composed | undefined): Rehearsed => ({
  ...deviceOf(subscription),
  isTold: true,
  explanation: push ? meaning(push) : "It is pushed to.",
  ...(push && { push }),
});

const reasons = {
  ...silences,
  "ends-before": "the notification ends before the delay is over",
  "same-device": "another subscription of the same device is, and it rings once",
};

const silent = (subscription: Subscription, why: keyof typeof reasons = "same-device"): Rehearsed => ({
  ...deviceOf(subscription),
  isTold: false,
  explanation: `Not pushed to: ${reasons[why]}.`,
});

const deviceOf = ({ id, platformType, displayName, notificationType, channel }: Subscription) => ({
  subscriptionId: id,
  platformType,
  displayName,
  notificationType,
  channelState: channel === null ? ("gone" as const) : ("active" as const),
});

const meaning = ({ form, tapBecause }: Composed): string => {
  switch (form) {
    case "visual":
      return "The system draws it.";
    case "raw":
      return "The app gets the content in the push.";
    case "tap":
      return `The app is told that there is something to fetch${tapBecause ? `: ${taps[tapBecause]}` : ""}.`;
  }
};

const taps: Readonly<Record<NonNullable<Composed["tapBecause"]>, string>> = {
  asked: "raw content is in the push only for NotificationWithPayload",
  "too-large": "the content is larger than its platform takes",
  "display-ended": "the time to show it is over",
};
