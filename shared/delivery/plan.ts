import type { Subscription, SubscriptionId } from "../subscription/subscription.ts";
import { planFor, type Plan, type Standing } from "./due.ts";
import type { LedgerEntry } from "./ledger.ts";
import { isAlertable, isTapped, isTargeted, notRung } from "./reach.ts";

/**
 * Who still has to get a notification: every live subscription that its policy and content reach, one for each channel, less those
 * the ledger has finished for this content, less those whose time has not come. A run after a crash, or twice at once, comes out the same.
 */
export const planDeliveries = <S extends Subscription>(standing: Standing<S>): Plan<S> => {
  const { notification, subscriptions } = standing;
  const content = planFor("content", standing, (subscription) => notRung(notification, subscription) === undefined);
  const isLeft = (subscription: S): boolean => isLeftBehind(standing, subscription);
  if (!subscriptions.some(isLeft)) return content; // nearly always, and cheaper than a plan for nobody
  const { due, waitingUntil } = content;
  const taps = planFor("tap", standing, isLeft);
  const others = taps.due.filter(({ subscription: { channelTag } }) => !standing.again.has(channelTag));
  return { due: [...due, ...others], waitingUntil };
};

/**
 * Whether a device may still show an older content, while this one rings nowhere any more because the user has seen to it. The change that
 * says so has a message of its own, unless that was lost with its 406; the content's own then brings such a device up to date.
 */
const isLeftBehind = <S extends Subscription>({ notification, ledger }: Standing<S>, subscription: S): boolean => {
  const { channelTag } = subscription;
  const shown = Math.max(ledger.content[channelTag]?.told ?? 0, ledger.fallback[channelTag]?.told ?? 0);
  return (
    shown > 0 &&
    shown < notification.contentVersion &&
    (ledger.tap[channelTag]?.version ?? 0) < notification.version &&
    isTargeted(notification, subscription) &&
    notRung(notification, subscription) !== undefined &&
    isTapped(notification, subscription)
  );
};

/** A change of state or a deletion, as its message tells of it. */
type Change = {
  /** The subscription whose device made it, if one did. */
  readonly actor: SubscriptionId | undefined;
  /** The notification's version that it made, or a later one. */
  readonly version: number;
  /** When it was accepted, or a repeat of it, epoch milliseconds. */
  readonly acceptedAt: number;
};

/**
 * Who still has to be tapped for a change of state or a deletion: every Windows, iOS and Android device of the user but the one
 * that made the change, which is the `actor` and whoever has its channel; and that one too, if older content came behind its change.
 */
export const planTaps = <S extends Subscription>({
  actor,
  version,
  acceptedAt,
  ...standing
}: Standing<S> & Change): Plan<S> => {
  const { notification, subscriptions, ledger } = standing;
  const actorsTag = subscriptions.find(({ id }) => id === actor)?.channelTag;
  // It may have been stored long before: refused for its message got nowhere, and repeated.
  const changedAt = Math.min(acceptedAt, notification.modifiedAt ?? acceptedAt);
  // A run that was at it meanwhile records only what it began with: the device may show that since, and no other run would find out.
  const cameBehind = (entry: LedgerEntry | undefined): boolean =>
    entry !== undefined && entry.outcome !== "held" && entry.version < version && entry.at >= changedAt;
  const isMeant = ({ channelTag }: S): boolean =>
    channelTag !== actorsTag || cameBehind(ledger.content[channelTag]) || cameBehind(ledger.fallback[channelTag]);
  return planFor("tap", standing, (subscription) => isTapped(notification, subscription) && isMeant(subscription));
};

type Fallback = {
  /** The content's version for which the alert was put off. */
  readonly version: number;
  /** The channels whose device has fetched this content, by their tags. */
  readonly fetched: ReadonlySet<string>;
};

/**
 * Who still has to be alerted once the fallback's delay is over: every iOS device that has not fetched this content, if the user has seen to
 * it nowhere. Content that has come since has an alert of its own, and this one is due to nobody any more.
 */
export const planFallback = <S extends Subscription>({
  version,
  fetched,
  ...standing
}: Standing<S> & Fallback): Plan<S> => {
  const { notification } = standing;
  return planFor(
    "fallback",
    standing,
    (subscription) =>
      version >= notification.contentVersion &&
      isAlertable(notification, subscription) &&
      notRung(notification, subscription) === undefined &&
      !fetched.has(subscription.channelTag),
  );
};
