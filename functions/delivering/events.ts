import type { Settled } from "../../shared/delivery/settle.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import type { Run } from "./run.ts";

export const emitLapsed = ({ use, job, emit }: Run): void => {
  const sinceAcceptedMs = use.clock.now() - job.acceptedAt;
  emit({ event: "lapsed", kind: job.kind, notificationId: job.id, hop: job.hop, sinceAcceptedMs });
};

type Round = {
  readonly subscriptions: number;
  readonly settled: readonly Settled<KeptSubscription>[];
  readonly retryAt: number | undefined;
};

export const emitDelivery = ({ use, job, emit }: Run, { subscriptions, settled, retryAt }: Round): void =>
  emit({
    event: "delivery",
    kind: job.kind,
    notificationId: job.id,
    hop: job.hop,
    subscriptions,
    ...summaryOf(settled),
    ...(retryAt !== undefined && { retryAt }),
    sinceAcceptedMs: use.clock.now() - job.acceptedAt,
  });

const summaryOf = (
  settled: readonly Settled<KeptSubscription>[],
): { outcomes: Record<string, number>; reasons: string[] } => {
  const outcomes: Record<string, number> = {};
  for (const { entry } of settled) outcomes[entry.outcome] = (outcomes[entry.outcome] ?? 0) + 1;
  const reasons = settled.flatMap(({ entry }) => entry.reason ?? []);
  return { outcomes, reasons: [...new Set(reasons)] };
};
