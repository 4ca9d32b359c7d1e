import { printInstant } from "../notification/instant.ts";
import type { PlatformType } from "../notification/notification.ts";
import type { LedgerEntry } from "./ledger.ts";

/**
 * One delivery as administrators see it: which subscription, what its push service made of the last attempt, and when the next one
 * is due. `platformType` is null once the device is no longer subscribed. It names no endpoint and no content.
 */
export const deliveryOf = (platformType: PlatformType | undefined, entry: LedgerEntry) => ({
  subscriptionId: entry.subscriptionId,
  platformType: platformType ?? null,
  outcome: entry.outcome,
  reason: entry.reason ?? null,
  attempts: entry.attempts,
  lastAttemptDateTime: printInstant(entry.at),
  nextAttemptDateTime: entry.notBefore === undefined ? null : printInstant(entry.notBefore),
});
