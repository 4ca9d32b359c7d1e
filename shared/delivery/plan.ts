import { isExpired, type Notification } from "../notification/notification.ts";
import type { Channel, Subscription, SubscriptionId } from "../subscription/subscription.ts";
import { isFinished, type Ledger, type LedgerEntry } from "./ledger.ts";

type Standing<S extends Subscription> = {
  readonly notification: Notification;
  readonly subscriptions: readonly S[];
  /** Of the same kind of delivery: content and taps have a ledger each. */
  readonly ledger: Ledger;
  /** Whether we send through such a channel. A device of another one is left out as if it were not there: nothing is tried, nothing recorded. */
  readonly isServed: (kind: Channel["kind"]) => boolean;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Whom to try now, and when the next of those that must wait is due (epoch milliseconds; undefined: nobody waits). */
export type Plan<S extends Subscription> = {
  readonly due: readonly S[];
  readonly waitingUntil: number | undefined;
};

/**
 * Who still has to get a notification: every live subscription that its policy and content reach, one for each channel, less those
 * the ledger has finished for this content, less those whose time has not come. A run after a crash, or twice at once, comes out the same.
 */
export const planDeliveries = <S extends Subscription>(standing: Standing<S>): Plan<S> =>
  planFor(standing, standing.notification.contentVersion, (subscription) =>
    isRung(standing.notification, subscription),
  );

/**
 * Who still has to be tapped for a change of state or a deletion: every Windows, iOS and Android device of the user but the one
 * that made the change, which is the `actor` and whoever has its channel. The notification's own targets do not matter, for they
 * filter its delivery and not the feed (contract 2.2), and every device may show the feed; unless it was for browsers alone, when
 * nobody is (contract 5). A browser is never tapped: it would have to show something.
 */
export const planTaps = <S extends Subscription>({
  actor,
  ...standing
}: Standing<S> & { readonly actor: SubscriptionId | undefined }): Plan<S> => {
  const { notification, subscriptions } = standing;
  const tapsAnybody = notification.platformTypes.some((platformType) => platformType !== "WebPush");
  const actorsTag = subscriptions.find(({ id }) => id === actor)?.channelTag;
  return planFor(
    standing,
    notification.version,
    ({ channelTag, platformType }) => tapsAnybody && platformType !== "WebPush" && channelTag !== actorsTag,
  );
};

/** Of those that are meant and can be reached, one for each channel, who has not been told this version yet, or something newer. */
const planFor = <S extends Subscription>(
  { notification, subscriptions, ledger, isServed, now }: Standing<S>,
  version: number,
  isMeant: (subscription: S) => boolean,
): Plan<S> => {
  if (isExpired(notification, now)) return { due: [], waitingUntil: undefined };
  const open = subscriptions.filter(
    (subscription) =>
      subscription.channel !== null &&
      isServed(subscription.channel.kind) &&
      subscription.notificationType !== "NoNotification" &&
      isMeant(subscription) &&
      !isFinished(ledger.entries[subscription.channelTag], version),
  );
  // A newer version owes nothing to what an older one was told to wait for. An entry of a newer version than was read here means
  // that another run is ahead of this one: its time counts, and the next run reads what it read.
  const begun = ({ channelTag }: S): LedgerEntry | undefined => {
    const entry = ledger.entries[channelTag];
    return entry && entry.contentVersion >= version ? entry : undefined;
  };
  const dueAt = (subscription: S): number => begun(subscription)?.notBefore ?? now;
  const chosen = onePerChannel(open, (subscription) => begun(subscription)?.subscriptionId === subscription.id);
  const waiting = chosen.map(dueAt).filter((at) => at > now);
  return {
    due: chosen.filter((subscription) => dueAt(subscription) <= now),
    waitingUntil: waiting.length > 0 ? Math.min(...waiting) : undefined,
  };
};

/**
 * Subscriptions with one channel are one device that subscribed under several deviceIds: two pushes would ring twice in one place.
 * The one that was begun with goes on; else it is the one that lives longest, by its id among equals, so that runs at once agree.
 */
const onePerChannel = <S extends Subscription>(open: readonly S[], isBegun: (subscription: S) => boolean): S[] => {
  const goesFirst = (one: S, other: S): boolean => {
    if (isBegun(one) !== isBegun(other)) return isBegun(one);
    return one.expiresAt === other.expiresAt ? one.id < other.id : one.expiresAt > other.expiresAt;
  };
  const chosen = new Map<string, S>();
  for (const one of open) {
    const other = chosen.get(one.channelTag);
    if (!other || goesFirst(one, other)) chosen.set(one.channelTag, one);
  }
  return [...chosen.values()];
};

/** The contract's table in section 5, of policy and content: Windows, iOS and Android draw visual content and take raw, a browser takes raw alone. */
const isRung = (notification: Notification, { platformType }: Subscription): boolean =>
  stillRings(notification) &&
  notification.platformTypes.includes(platformType) &&
  (platformType !== "WebPush" || notification.payload.rawContent !== undefined);

/** Once the user has seen it to anywhere, nothing rings any more. */
const stillRings = ({ status, readState, userActionState }: Notification): boolean =>
  status !== "deleted" && readState === "unread" && userActionState !== "dismissed";
