import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { isFinished, type Ledger } from "./ledger.ts";

type Standing<S extends Subscription> = {
  readonly notification: Notification;
  readonly subscriptions: readonly S[];
  readonly ledger: Ledger;
  /** Epoch milliseconds. */
  readonly now: number;
};

/** Whom to try now, and when the next of those that must wait is due (epoch milliseconds; undefined: nobody waits). */
export type Plan<S extends Subscription> = {
  readonly due: readonly S[];
  readonly waitingUntil: number | undefined;
};

/**
 * Who still has to hear of a notification: every live subscription that its policy and content reach, less those the ledger has
 * finished for this content, less those whose time has not come. A run after a crash, or twice at once, comes out the same.
 */
export const planDeliveries = <S extends Subscription>({
  notification,
  subscriptions,
  ledger,
  now,
}: Standing<S>): Plan<S> => {
  const open = subscriptions.filter(
    (subscription) =>
      isReached(notification, subscription) &&
      !isFinished(ledger.entries[subscription.id], notification.contentVersion, subscription.channelTag),
  );
  const dueAt = (subscription: S): number => {
    const entry = ledger.entries[subscription.id];
    // A new channel, or newer content, owes nothing to what an older one was told to wait for. An entry of newer content than
    // was read here means that another run is ahead of this one: its time counts, and the next run reads what it read.
    const holds = entry?.channelTag === subscription.channelTag && entry.contentVersion >= notification.contentVersion;
    return holds ? (entry.notBefore ?? now) : now;
  };
  const waiting = open.map(dueAt).filter((at) => at > now);
  return {
    due: open.filter((subscription) => dueAt(subscription) <= now),
    waitingUntil: waiting.length > 0 ? Math.min(...waiting) : undefined,
  };
};

/** What the contract's section 5 says of policy, content and state, for the platforms served today. */
const isReached = (notification: Notification, subscription: Subscription): boolean =>
  stillRings(notification) &&
  subscription.channel !== null &&
  subscription.notificationType !== "NoNotification" &&
  notification.platformTypes.includes(subscription.platformType) &&
  // Web Push carries raw content only; a browser is told nothing of visual content.
  (subscription.platformType !== "WebPush" || notification.payload.rawContent !== undefined);

/** Once the user has seen it to anywhere, nothing rings any more. */
const stillRings = ({ status, readState, userActionState }: Notification): boolean =>
  status !== "deleted" && readState === "unread" && userActionState !== "dismissed";
