import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import type { LedgerEntry, Told } from "./ledger.ts";
import { isTapped, type IsServed } from "./reach.ts";
import type { Settled } from "./settle.ts";

const ownChange = "it made the change itself";

type Known = {
  readonly notification: Notification;
  /** As it was read before the run. */
  readonly ledger: Told;
  readonly isServed: IsServed;
  /** Epoch milliseconds. */
  readonly now: number;
};

/**
 * The device that made a change, and with it this version, is not told of it, and knows it all the same; of what came since it knows
 * nothing. Recorded even where all seems to be told: a run that is just bringing it older content finds out that they crossed, and whoever
 * looks behind one that was cut off finds it, too. Over what stands there of an older version, for the device may make one change after
 * the other; never over a newer one.
 */
export const knownToActor = <S extends Subscription>(
  actor: S | undefined,
  version: number,
  { notification, ledger, isServed, now }: Known,
): Settled<S>[] => {
  if (!actor?.channel || !isServed(actor.channel.kind) || !isTapped(notification, actor)) return [];
  const last = ledger.tap[actor.channelTag];
  if (last && last.version >= version) return [];
  const entry: LedgerEntry = {
    told: 0, // another device's change is still to be told to this one
    attempts: 0,
    ...last, // what it was told of others' changes, and what of that it still waits for
    subscriptionId: actor.id,
    version,
    outcome: "delivered",
    reason: last?.notBefore === undefined ? ownChange : `${ownChange}; another device's is still to be told to it`,
    at: now,
  };
  return [{ due: { kind: "tap", subscription: actor }, decision: { kind: "finish" }, entry }];
};
