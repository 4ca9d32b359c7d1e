import { versionTold } from "../channels/channel.ts";
import type { Outcome } from "../channels/outcome.ts";
import type { Notification } from "../notification/notification.ts";
import type { Subscription } from "../subscription/subscription.ts";
import { decide, type Decision, type RetryPolicy } from "./decide.ts";
import type { Held } from "./governor.ts";
import { retryAtMeeting } from "./meeting.ts";
import { newEntries, type LedgerEntry, type PastAttempt, type Told } from "./ledger.ts";
import type { Due } from "./due.ts";

/** One device that was due, with all that followed from it. */
export type Settled<S extends Subscription> = {
  readonly due: Due<S>;
  readonly decision: Decision;
  readonly entry: LedgerEntry;
};

type Case<S extends Subscription> = {
  readonly due: Due<S>;
  readonly outcome: Outcome | Held;
  readonly notification: Notification;
  /** As it was read before the attempt. */
  readonly ledger: Told;
  readonly now: number;
  readonly policy: RetryPolicy;
  readonly chance: number;
};

/** Of what was tried before, so much is remembered: enough to see a pattern, little enough for fifty devices in a row. */
const earlierMost = 4;

/** What follows from an attempt's outcome, and what the ledger will say of it. */
export const settle = <S extends Subscription>({
  due,
  outcome,
  notification,
  ledger,
  now,
  policy,
  chance,
}: Case<S>): Settled<S> => {
  const told = versionTold(due.kind, notification);
  const last = ledger[due.kind][due.subscription.channelTag];
  const before = last?.told === told ? last : undefined;
  const attempts = (before?.attempts ?? 0) + (outcome.kind === "held" ? 0 : 1);
  const { id } = notification;
  const expiresAt = attempts > 0 ? lastTryBefore(due, notification) : notification.expiresAt;
  const decided = decide({ outcome, attempts, expiresAt, now, policy, chance });
  const decision: Decision =
    decided.kind === "retry" ? { kind: "retry", at: retryAtMeeting(decided.at, { id, expiresAt, now }) } : decided;
  const entry: LedgerEntry = {
    subscriptionId: due.subscription.id,
    told,
    // What is held tells nobody anything: what was told last still counts, for a run that told something else meanwhile.
    version: outcome.kind === "held" ? (last?.version ?? 0) : notification.version,
    outcome: decision.kind === "give-up" ? "gave-up" : outcome.kind,
    ...("reason" in outcome && { reason: outcome.reason }),
    attempts,
    at: now,
    ...(decision.kind === "retry" && { notBefore: decision.at }),
    ...(before && { earlier: [pastOf(before), ...(before.earlier ?? [])].slice(0, earlierMost) }),
  };
  return { due, decision, entry };
};

/**
 * An alert is made again as long as it may be shown: as anything else would be, but it is nothing else than shown. The first attempt is made
 * all the same.
 */
const lastTryBefore = ({ kind }: Due<Subscription>, { displayUntil, expiresAt }: Notification): number =>
  kind === "fallback" ? displayUntil : expiresAt;

const pastOf = ({ outcome, reason, at }: LedgerEntry): PastAttempt => ({
  outcome,
  at,
  ...(reason !== undefined && { reason }),
});

/** What a run adds to the ledger. */
export const madeBy = (settled: readonly Settled<Subscription>[]): Told => {
  const made = { content: newEntries(), tap: newEntries(), fallback: newEntries() };
  for (const { due, entry } of settled) made[due.kind][due.subscription.channelTag] = entry;
  return made;
};
