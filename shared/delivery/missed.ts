import { isCanary } from "../channels/webpush/canary.ts";
import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import type { Missed } from "../telemetry/events.ts";
import { promisedWithinMs } from "../telemetry/metrics.ts";
import type { Standing } from "./due.ts";
import { isFinished } from "./ledger.ts";
import { planDeliveries } from "./plan.ts";
import { isTargeted, notReached } from "./reach.ts";
import type { Settled } from "./settle.ts";

type Over<S extends Subscription> = Pick<Standing<S>, "subscriptions" | "ledger" | "isServed"> & {
  /** As it stood at its end; undefined where it is not stored any more. */
  readonly ended: Notification | undefined;
  /** The version whose content was to be told. */
  readonly version: number;
};

/**
 * Whom a content was not brought to that ended before its run: whoever it would have been brought to in its last moment. Nobody missed what the
 * user or the app ended themselves (read, dismissed, deleted), nor what was replaced, for the run of what came since answers for that one.
 *
 * What has ended is purged, or swept by the next reader, and then nobody can say any more whom it was for: it counts as one device of an
 * unknown channel where there is any that it was not told to. Of what nobody ran in time rather one too many than none at all.
 */
export const missedAtItsEnd = <S extends Subscription>({ ended, version, ...over }: Over<S>): Missed | undefined => {
  if (!ended) return isOpenToAny(over, version) ? { unknown: 1 } : undefined;
  if (ended.contentVersion > version) return undefined;
  const lastMoment = { ...over, notification: ended, again: nobody, now: ended.expiresAt - 1 };
  const { due } = planDeliveries(lastMoment);
  return countOf(
    ended,
    due.flatMap(({ kind, subscription }) => (kind === "content" ? subscription : [])),
  );
};

/** Whom a content was tried for, and will not be brought to any more: it ends before another try. */
export const missedInVain = (
  notification: Notification,
  settled: readonly Settled<Subscription>[],
): Missed | undefined =>
  countOf(
    notification,
    settled.flatMap(({ due, decision }) =>
      due.kind === "content" && decision.kind === "give-up" ? due.subscription : [],
    ),
  );

/**
 * How many devices a content is for whose channel DATA_KEYS does not open: nothing is tried for them, so no attempt of theirs can be late, and
 * an operator who lost a key would see it in no count. None of content that was replaced, nor of what had less time to live than is promised.
 */
export const closedTo = (
  notification: Notification,
  version: number,
  subscriptions: readonly Subscription[],
): number => {
  const { contentVersion, contentAt, expiresAt } = notification;
  if (contentVersion > version || expiresAt - contentAt < promisedWithinMs) return 0;
  const closed = subscriptions.filter(
    (subscription) => subscription.closedKeyId !== undefined && isTargeted(notification, subscription),
  );
  return closed.length;
};

const nobody: ReadonlySet<string> = new Set();

const isOpenToAny = <S extends Subscription>(
  { subscriptions, ledger, isServed }: Pick<Over<S>, "subscriptions" | "ledger" | "isServed">,
  version: number,
): boolean =>
  subscriptions.some(
    (subscription) =>
      notReached(subscription, isServed) === undefined &&
      !isCanary(subscription) &&
      !isFinished(ledger.content[subscription.channelTag], version),
  );

/**
 * By channel. Content that was given less time to live than it may take to be told is no measure of us: whoever sent it may have had it end
 * before anybody could be told. Nor is a canary.
 */
const countOf = (
  { contentAt, expiresAt }: Notification,
  subscriptions: readonly Subscription[],
): Missed | undefined => {
  if (expiresAt - contentAt < promisedWithinMs) return undefined;
  const missed: { -readonly [Channel in keyof Missed]: Missed[Channel] } = {};
  for (const subscription of subscriptions) {
    const channel = subscription.channel?.kind;
    if (channel === undefined || isCanary(subscription)) continue;
    missed[channel] = (missed[channel] ?? 0) + 1;
  }
  return Object.keys(missed).length > 0 ? missed : undefined;
};
