import { SpanKind } from "@opentelemetry/api";
import type { Attempt, ChannelSender, Route } from "../../shared/channels/channel.ts";
import { isCanary } from "../../shared/channels/webpush/canary.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import type { Held } from "../../shared/delivery/governor.ts";
import type { Told } from "../../shared/delivery/ledger.ts";
import { publicPushHost } from "../../shared/subscription/push-hosts.ts";
import type { ChannelName } from "../../shared/telemetry/events.ts";
import { inSpan } from "../../shared/telemetry/spans.ts";
import type { Run } from "./run.ts";

type Uses = {
  readonly run: Run;
  readonly channel: ChannelName;
  readonly ledger: Told;
  /** Has the attempt made when it is its turn, and says what is believed of its outcome. */
  readonly governed: (attempt: () => Promise<Outcome>) => Promise<Outcome | Held>;
};

/** Makes an attempt, as a span and an event of its own; neither where it was held. Rejects only as `send` does, for a bug. */
export const attempted = async (
  sender: Pick<ChannelSender, "send">,
  attempt: Attempt,
  { origin }: Route,
  { run, channel, ledger, governed }: Uses,
): Promise<Outcome | Held> => {
  const { use, job, emit } = run;
  const { kind, notification } = attempt;
  const attributes = {
    "fanfare.channel": channel,
    "fanfare.told": kind,
    "fanfare.notification.id": notification.id,
  };
  let durationMs = 0;
  const send = (): Promise<Outcome> =>
    inSpan(`push ${channel}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const host = span.isRecording() ? publicPushHost(origin) : undefined; // of a hundred traces one is kept, say
      if (host !== undefined) span.setAttribute("server.address", host);
      const startedAt = use.clock.now();
      const answered = await sender.send(attempt);
      durationMs = use.clock.now() - startedAt;
      span.setAttribute("fanfare.outcome", answered.kind);
      return answered;
    });
  const outcome = await governed(send);
  if (outcome.kind === "held") return outcome;
  const isFirst = outcome.kind === "delivered" && kind === "content" && !wasDelivered(attempt, ledger);
  emit({
    event: "attempt",
    notificationId: notification.id,
    hop: job.hop,
    kind,
    channel,
    outcome: outcome.kind,
    ...("reason" in outcome && { reason: outcome.reason }),
    durationMs,
    ...(isCanary(attempt.subscription) && { isCanary: true }),
    ...(isFirst && { deliveredAfterMs: Math.max(0, use.clock.now() - notification.contentAt) }),
  });
  return outcome;
};

/** A device that is told once more has had it before, and did not wait for it. */
const wasDelivered = ({ notification, subscription }: Attempt, { content }: Told): boolean => {
  const entry = content[subscription.channelTag];
  return entry?.told === notification.contentVersion && entry.outcome === "delivered";
};
