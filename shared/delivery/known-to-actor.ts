import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { isFinished, type LedgerEntry, type Told } from "./ledger.ts";
import { isAlertable, isTapped } from "./reach.ts";
import type { Settled } from "./settle.ts";

const ownChange = "it made the change itself";

type Known = {
  readonly notification: Notification;
  /** As it was read before the run. */
  readonly ledger: Told;
  readonly now: number;
};

/**
 * The device that made a change, and with it this version, is not told of it, and knows it all the same; of what came since it knows
 * nothing. Recorded, unless its content is, and the alert if one may come: a run that is just bringing it older content finds out that they
 * crossed. Over what stands there of an older version, for the device may make one change after the other; never over a newer one.
 */
export const knownToActor = <S extends Subscription>(
  actor: S | undefined,
  version: number,
  { notification, ledger, now }: Known,
): Settled<S>[] => {
  if (!actor?.channel || !isTapped(notification, actor)) return [];
  const { contentVersion } = notification;
  const { channelTag } = actor;
  // What is left of a deleted notification does not tell whether an alert of it may be on its way.
  const mayBeAlerted =
    notification.status === "deleted" ? actor.platformType === "iOS" : isAlertable(notification, actor);
  const isQuiet = !mayBeAlerted || isFinished(ledger.fallback[channelTag], contentVersion);
  const last = ledger.tap[channelTag];
  if (last && last.version >= version) return [];
  if (isFinished(ledger.content[channelTag], contentVersion) && isQuiet) return [];
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
