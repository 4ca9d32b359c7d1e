import { printInstant } from "../notification/instant.ts";
import type { Notification, PlatformType } from "../notification/notification.ts";
import type { Subscription, SubscriptionId } from "../subscription/subscription.ts";
import { alertsOf, type Alert } from "./explain-fallback.ts";
import type { Fetched } from "./fetched.ts";
import { andNext, attemptOf, capital, latestOf, meaning, nextOf, type Latest } from "./in-words.ts";
import type { LedgerEntry, Told } from "./ledger.ts";
import { notReached, notRung, silenceOf, type IsServed, type Reachable } from "./reach.ts";

/** What became of telling one device, as administrators see it: the push service's own words, no endpoint, no content. */
export type Delivery = Latest & {
  readonly subscriptionId: SubscriptionId;
  /** Null once the device is no longer subscribed. */
  readonly platformType: PlatformType | null;
  readonly displayName: string | null;
  readonly nextAttemptDateTime: string | null;
  /** Why it rang, or did not: a sentence for people. */
  readonly explanation: string;
  /** The attempts before the latest one for the same content, latest first; the last few. */
  readonly earlierAttempts: readonly ReturnType<typeof attemptOf>[];
  /** The latest tap for a change of state, or that the device made one itself since; null where there was neither. */
  readonly tap: ReturnType<typeof attemptOf> | null;
  /** The alert of the fallback; null where the notification has none for this device. */
  readonly fallback: Alert | null;
};

/** A subscription as far as it is explained: whether it has a channel, but not which. */
export type Explainable = Reachable & Pick<Subscription, "id" | "displayName" | "channelTag">;

type Standing = {
  readonly notification: Notification;
  readonly subscriptions: readonly Explainable[];
  readonly ledger: Told;
  readonly isServed: IsServed;
  readonly fetched: Fetched;
  /** Epoch milliseconds. */
  readonly now: number;
};

/**
 * Why did my phone not buzz? One delivery for each device that is subscribed, tried or not, and one for each channel that was tried and is
 * nobody's any more.
 */
export const deliveriesOf = (standing: Standing): Delivery[] => {
  const { notification, subscriptions, ledger, isServed } = standing;
  const alertOf = alertsOf(standing);
  const known = new Set(subscriptions.map(({ channelTag }) => channelTag));
  const left = Object.entries(ledger.content).filter(([channelTag]) => !known.has(channelTag));
  return [
    ...subscriptions.map((subscription) => {
      const entry = ledger.content[subscription.channelTag];
      const silence = notRung(notification, subscription) ?? notReached(subscription, isServed);
      const why = entry
        ? ofEntry(entry, notification.contentVersion, silence && silenceOf(silence, subscription))
        : `Not tried: ${silence ? silenceOf(silence, subscription) : untried}.`;
      return {
        ...deliveryOf(subscription, entry, ledger.tap[subscription.channelTag], why),
        fallback: alertOf(subscription),
      };
    }),
    ...left.map(([channelTag, entry]) => {
      const owner = subscriptions.find(({ id }) => id === entry.subscriptionId);
      const gone = owner ? "It has another channel now." : "It is no longer subscribed.";
      const why = `${ofEntry(entry, notification.contentVersion, undefined)} ${gone}`;
      const device = owner ?? { id: entry.subscriptionId };
      return { ...deliveryOf(device, entry, ledger.tap[channelTag], why), fallback: null };
    }),
  ];
};

/** What keeps those from being tried of whom nothing else is known. */
export const untried = "its message waits on the queue, or lies among the dead letters";

type Device = Pick<Explainable, "id"> & Partial<Pick<Explainable, "platformType" | "displayName">>;

const deliveryOf = (
  { id, platformType, displayName }: Device,
  entry: LedgerEntry | undefined,
  tap: LedgerEntry | undefined,
  explanation: string,
): Omit<Delivery, "fallback"> => ({
  subscriptionId: id,
  platformType: platformType ?? null,
  displayName: displayName ?? null,
  ...latestOf(entry),
  nextAttemptDateTime: entry?.notBefore === undefined ? null : printInstant(nextOf(entry, entry.notBefore)),
  explanation,
  earlierAttempts: (entry?.earlier ?? []).map(attemptOf),
  tap: tap ? attemptOf(tap) : null,
});

const ofEntry = (entry: LedgerEntry, contentVersion: number, silence: string | undefined): string => {
  if (entry.told < contentVersion) {
    const newest = silence === undefined ? `not tried yet: ${untried}` : `not tried: ${silence}`;
    return `It was told an earlier content, since replaced: ${meaning(entry)}. The newest is ${newest}.`;
  }
  return `${capital(meaning(entry))}${andNext(entry, silence)}`;
};
