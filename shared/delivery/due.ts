import { versionTold } from "../channels/channel.ts";
import { isExpired, type Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { isFinished, type LedgerEntry, type Told, type ToldKind } from "./ledger.ts";
import { onePerChannel } from "./one-per-channel.ts";
import { isTapped, notReached, notRung, type IsServed } from "./reach.ts";

/** What a plan goes by. */
export type Standing<S extends Subscription> = {
  readonly notification: Notification;
  readonly subscriptions: readonly S[];
  readonly ledger: Told;
  /**
   * Channels, by their tags, that are told the newest though the ledger may say that they were: nobody knows what they heard last. One that
   * waits for its time is told then, by the message that was sent for it.
   */
  readonly again: ReadonlySet<string>;
  readonly isServed: IsServed;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** One device to tell, and what. */
export type Due<S extends Subscription> = { readonly kind: ToldKind; readonly subscription: S };

/** Whom to try now, and when the next of those that must wait is due (epoch milliseconds; undefined: nobody waits). */
export type Plan<S extends Subscription> = {
  readonly due: readonly Due<S>[];
  readonly waitingUntil: number | undefined;
};

/** Of those that are meant and can be reached, one for each channel, who has not been told this version yet, or something newer. */
export const planFor = <S extends Subscription>(
  kind: ToldKind,
  { notification, subscriptions, ledger, again, isServed, now }: Standing<S>,
  isMeant: (subscription: S) => boolean,
): Plan<S> => {
  if (isExpired(notification, now)) return { due: [], waitingUntil: undefined };
  const told = versionTold(kind, notification);
  const reachable = subscriptions.filter((subscription) => notReached(subscription, isServed) === undefined);
  const isWaiting = (subscription: S): boolean =>
    newestFor(notification, subscription).some((newest) => {
      const entry = ledger[newest.kind][subscription.channelTag];
      return (
        entry !== undefined && entry.told >= versionTold(newest.kind, notification) && (entry.notBefore ?? 0) > now
      );
    });
  const isOnceMore = (subscription: S): boolean => again.has(subscription.channelTag) && !isWaiting(subscription);
  // The newest stands for content and for taps; for an alert it does not, which no other message makes.
  const isToldSo = (subscription: S): boolean => kind !== "fallback" && isOnceMore(subscription);
  const open = reachable.filter(
    (subscription) =>
      !isToldSo(subscription) && isMeant(subscription) && !isFinished(ledger[kind][subscription.channelTag], told),
  );
  // A newer version owes nothing to what an older one was told to wait for. An entry of a newer version than was read here means
  // that another run is ahead of this one: its time counts, and the next run reads what it read.
  const begun = ({ channelTag }: S): LedgerEntry | undefined => {
    const entry = ledger[kind][channelTag];
    return entry && entry.told >= told ? entry : undefined;
  };
  const dueAt = (subscription: S): number => begun(subscription)?.notBefore ?? now;
  const isBegun = (subscription: S): boolean => begun(subscription)?.subscriptionId === subscription.id;
  const chosen = onePerChannel(open, isBegun);
  const waiting = chosen.map(dueAt).filter((at) => at > now);
  const waitingUntil = waiting.length > 0 ? Math.min(...waiting) : undefined;
  const due = chosen.filter((one) => dueAt(one) <= now).map((subscription) => ({ kind, subscription }));
  if (again.size === 0) return { due, waitingUntil };
  // Nor is anything told beside an alert: it is of the newest content, in whose place it is shown.
  const alerted = new Set(kind === "fallback" ? chosen.map(({ channelTag }) => channelTag) : []);
  const isLeft = (subscription: S): boolean => isOnceMore(subscription) && !alerted.has(subscription.channelTag);
  const onceMore = onePerChannel(reachable.filter(isLeft), isBegun);
  return { due: [...due, ...onceMore.flatMap((subscription) => newestFor(notification, subscription))], waitingUntil };
};

/** What a device must hear to be up to date for certain. */
const newestFor = <S extends Subscription>(notification: Notification, subscription: S): Due<S>[] => {
  if (notRung(notification, subscription) === undefined) return [{ kind: "content", subscription }];
  return isTapped(notification, subscription) ? [{ kind: "tap", subscription }] : [];
};
