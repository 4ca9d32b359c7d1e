import { isServedBy } from "../../shared/channels/served.ts";
import { isAlertable, isTapped, isTargeted, notReached } from "../../shared/delivery/reach.ts";
import type { Settled } from "../../shared/delivery/settle.ts";
import type { Notification } from "../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import type { Run } from "./run.ts";

export const emitLapsed = ({ use, job, emit }: Run): void => {
  const sinceAcceptedMs = use.clock.now() - job.acceptedAt;
  emit({ event: "lapsed", kind: job.kind, notificationId: job.id, hop: job.hop, sinceAcceptedMs });
};

type Round = {
  readonly notification: Notification;
  readonly subscriptions: readonly KeptSubscription[];
  readonly settled: readonly Settled<KeptSubscription>[];
  readonly retryAt: number | undefined;
};

export const emitDelivery = (run: Run, round: Round): void => {
  const { use, job, emit } = run;
  const { subscriptions, settled, retryAt } = round;
  emit({
    event: "delivery",
    kind: job.kind,
    notificationId: job.id,
    hop: job.hop,
    subscriptions: subscriptions.length,
    reached: reachedOf(run, round),
    ...summaryOf(settled),
    ...(retryAt !== undefined && { retryAt }),
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
