import type { Subscription, SubscriptionId } from "../subscription/subscription.ts";
import { planFor, type Plan, type Standing } from "./due.ts";
import { isAlertable, isTapped, isTargeted, notRung } from "./reach.ts";

/**
 * Who still has to get a notification: every live subscription that its policy and content reach, one for each channel, less those
 * the ledger has finished for this content, less those whose time has not come. A run after a crash, or twice at once, comes out the same.
 */
export const planDeliveries = <S extends Subscription>(standing: Standing<S>): Plan<S> => {
  const { due, waitingUntil } = planFor(
    "content",
    standing,
    (subscription) => notRung(standing.notification, subscription) === undefined,
  );
  const taps = planFor("tap", standing, (subscription) => isLeftBehind(standing, subscription));
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

/**
 * Who still has to be tapped for a change of state or a deletion: every Windows, iOS and Android device of the user but the one
 * that made the change, which is the `actor` and whoever has its channel.
 */
export const planTaps = <S extends Subscription>({
  actor,
  ...standing
}: Standing<S> & { readonly actor: SubscriptionId | undefined }): Plan<S> => {
  const { notification, subscriptions } = standing;
  const actorsTag = subscriptions.find(({ id }) => id === actor)?.channelTag;
  return planFor(
    "tap",
    standing,
    (subscription) => isTapped(notification, subscription) && subscription.channelTag !== actorsTag,
  );
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
