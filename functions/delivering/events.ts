import { isServedBy } from "../../shared/channels/served.ts";
import { closedTo, missedInVain } from "../../shared/delivery/missed.ts";
import { isAlertable, isTapped, isTargeted, notReached } from "../../shared/delivery/reach.ts";
import type { Settled } from "../../shared/delivery/settle.ts";
import type { Notification } from "../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import type { Missed } from "../../shared/telemetry/events.ts";
import type { Run } from "./run.ts";

export const emitLapsed = (run: Run, missed: Missed | undefined): void => {
  const { use, job, emit } = run;
  emit({
    event: "lapsed",
    kind: job.kind,
    notificationId: job.id,
    hop: job.hop,
    ...(missed && { missed }),
    ...queued(run),
    sinceAcceptedMs: use.clock.now() - job.acceptedAt,
  });
};

/** `retryAt` in epoch milliseconds. */
export const emitPostponed = (run: Run, reason: string, retryAt: number): void => {
  const { job, emit } = run;
  emit({ event: "postponed", notificationId: job.id, hop: job.hop, reason, retryAt, ...queued(run) });
};

/** A run has several rounds, and its message one age: the first event tells it. */
const queued = (run: Run): { queuedMs?: number } => {
  const { queuedMs } = run;
  run.queuedMs = undefined;
  return queuedMs === undefined ? {} : { queuedMs };
};

type Round = {
  readonly notification: Notification;
  readonly subscriptions: readonly KeptSubscription[];
  readonly settled: readonly Settled<KeptSubscription>[];
  readonly retryAt: number | undefined;
};

export const emitDelivery = (run: Run, round: Round): void => {
  const { use, job, emit } = run;
  const { notification, subscriptions, settled, retryAt } = round;
  const missed = missedInVain(notification, settled);
  const closed = job.kind === "content" && job.hop === 0 ? closedTo(notification, job.version, subscriptions) : 0;
  emit({
    event: "delivery",
    kind: job.kind,
    notificationId: job.id,
    hop: job.hop,
    subscriptions: subscriptions.length,
    reached: reachedOf(run, round),
    ...summaryOf(settled),
    ...(retryAt !== undefined && { retryAt }),
    ...(missed && { missed }),
    ...(closed > 0 && { closed }),
    ...queued(run),
    sinceAcceptedMs: use.clock.now() - job.acceptedAt,
  });
};

const reachedOf = ({ use, job }: Run, { notification, subscriptions }: Round): number => {
  const isMeant = { content: isTargeted, state: isTapped, fallback: isAlertable }[job.kind];
  const isServed = isServedBy(use.channels);
  const reached = subscriptions.filter(
    (subscription) => isMeant(notification, subscription) && notReached(subscription, isServed) === undefined,
  );
  return reached.length;
};

const summaryOf = (
  settled: readonly Settled<KeptSubscription>[],
): { outcomes: Record<string, number>; reasons: string[] } => {
  const outcomes: Record<string, number> = {};
  for (const { entry } of settled) outcomes[entry.outcome] = (outcomes[entry.outcome] ?? 0) + 1;
  const reasons = settled.flatMap(({ entry }) => entry.reason ?? []);
  return { outcomes, reasons: [...new Set(reasons)] };
};
