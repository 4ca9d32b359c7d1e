import type { Composed } from "../channels/channel.ts";
import { endOfDelay } from "../notification/fallback.ts";
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
  /** Whether our credential for it can be of no use, as far as that is known without asking the vendor: what is due waits until it is mended. */
  readonly isHeld: (subscription: S) => boolean;
  /** Undefined where the channel cannot say. */
  readonly compose: (kind: "content" | "fallback", subscription: S) => Composed | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Each device of the user, and what it would be pushed at once: decided by the very plan that deliveries are made by. */
export const rehearseDeliveries = <S extends Subscription>(rehearsing: Rehearsing<S>): Rehearsed[] => {
  const { notification, subscriptions, isServed } = rehearsing;
  const { due } = planDeliveries({ ...rehearsing, ...asNew });
  const told = new Set(due.map(({ subscription }) => subscription));
  return subscriptions.map((subscription) =>
    told.has(subscription)
      ? pushed("content", subscription, rehearsing)
      : silent(subscription, notRung(notification, subscription) ?? notReached(subscription, isServed)),
  );
};

/**
 * When the fallback's alert is due (epoch milliseconds), and on which iOS devices unless they fetch the notification before; null without
 * one. It is composed as of now: what is left of its display by then is another matter.
 */
export const rehearseFallback = <S extends Subscription>(
  rehearsing: Rehearsing<S>,
): { readonly at: number; readonly deliveries: Rehearsed[] } | null => {
  const { notification, subscriptions, isServed } = rehearsing;
  if (!notification.fallback) return null;
  const at = endOfDelay(notification.contentAt, notification.fallback);
  const nobodyYet = { ...asNew, version: notification.contentVersion, fetched: new Set<string>() };
  const { due } = planFallback({ ...rehearsing, ...nobodyYet, now: at });
  const told = new Set(due.map(({ subscription }) => subscription));
  const phones = subscriptions.filter((subscription) => isAlertable(notification, subscription));
  const deliveries = phones.map((phone) => {
    if (told.has(phone)) return pushed("fallback", phone, rehearsing);
    return silent(phone, isExpired(notification, at) ? "ends-before" : notReached(phone, isServed));
  });
  return { at, deliveries };
};

/** A new content: whatever the ledger has is of an older one, and owes it nothing. */
const asNew = { ledger: nothingTold, again: new Set<string>() };

const pushed = <S extends Subscription>(
  kind: "content" | "fallback",
  subscription: S,
  { compose, isHeld }: Rehearsing<S>,
): Rehearsed => {
  const push = compose(kind, subscription);
  const isTold = !isHeld(subscription);
  const why = isTold ? (push ? formInWords(push) : "It is pushed to") : held;
  const explanation = `${why}${kind === "fallback" ? onlyUnfetched : ""}.`;
  return { ...deviceOf(subscription), isTold, explanation, ...(push && { push }) };
};

const held = "Held until this server's credential for its platform is mended";
const onlyUnfetched = ", unless the app has fetched the notification by then, or it was seen to, deleted or replaced";

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

const formInWords = ({ form, tapBecause }: Composed): string => {
  switch (form) {
    case "visual":
      return "The system draws it";
    case "raw":
      return "The app gets the content in the push";
    case "tap":
      return `The app is told that there is something to fetch${tapBecause ? `: ${taps[tapBecause]}` : ""}`;
  }
};

const taps: Readonly<Record<NonNullable<Composed["tapBecause"]>, string>> = {
  asked: "raw content is in the push only for NotificationWithPayload",
  "too-large": "the content is larger than its platform takes",
  "display-ended": "the time to show it is over",
};
