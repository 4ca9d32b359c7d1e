import { milliseconds } from "../../shared/clock.ts";
import { toldKinds } from "../../shared/delivery/ledger.ts";
import { meetingAfter } from "../../shared/delivery/meeting.ts";
import type { Settled } from "../../shared/delivery/settle.ts";
import { nextJob, toldKindOf } from "../../shared/fanout/job.ts";
import { lifetimeMaxMs, type Notification } from "../../shared/notification/notification.ts";
import type { Subscription } from "../../shared/subscription/subscription.ts";
import { emitPostponed } from "./events.ts";
import { timeOf, type Run } from "./run.ts";

/** No push begins later than this after its run did. */
export const beginWithinMs = 20 * milliseconds.second;
/** That, and the nine seconds that a push may wait for its turn and take: whatever a run has begun has landed by then. */
const landedAfterMs = 30 * milliseconds.second;

/** What a run has told is recorded by then: a retry that comes sooner finds nothing of it, and rings everybody once more. */
const recordedAfterMs = milliseconds.second;

type Round = {
  readonly notification: Notification;
  readonly settled: readonly Settled<Subscription>[];
  readonly waitingUntil: number | undefined;
};

/**
 * Sends the messages by which this run's retries go on, content, taps and alerts each by their own kind. Resolves to when the first is due
 * (epoch milliseconds), if there is one.
 */
export const goOnLater = async (
  run: Run,
  { notification, settled, waitingUntil }: Round,
): Promise<number | undefined> => {
  if (waitingUntil === undefined && !settled.some(({ decision }) => decision.kind === "retry")) return undefined;
  const { use, job } = run;
  const { version, expiresAt } = notification;
  const soonest = timeOf(run) + recordedAfterMs;
  const times: (number | undefined)[] = [];
  for (const kind of toldKinds) {
    const retries = settled.flatMap(({ due: { kind: told }, decision }) =>
      told === kind && decision.kind === "retry" ? Math.max(decision.at, soonest) : [],
    );
    const retryAt = earliest(retries);
    const wakeAt = kind === toldKindOf(job) ? earliest([...retries, waitingUntil]) : retryAt;
    // Our own retries have a message in any case. Whoever waits for less has one already, if the run that said so lives: the broker
    // makes one of the two. Whoever waits for more is found by their run.
    for (const due of new Set([retryAt, wakeAt])) {
      if (due !== undefined) await use.fanout.send(nextJob(job, { version, due, told: kind }), { expiresAt });
    }
    times.push(wakeAt);
  }
  return earliest(times);
};

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

/**
 * A message that comes again was with another run, which may have died, or live on without its lock: what that one began to send may
 * reach a device after something newer did. Once it must have landed, whoever was told something newer is told it once more. Comes last in
 * a run: one that fails makes no further message, however often it is repeated.
 */
export const lookAgainIfCutOff = async (run: Run): Promise<void> => {
  const { use, job, deliveryCount, expiresAt } = run;
  if (deliveryCount === 1 || expiresAt === undefined) return;
  const due = meetingAfter(timeOf(run) + landedAfterMs, landedAfterMs, job.id);
  const again = job.again ?? job.version;
  await use.fanout.send(nextJob(job, { version: job.version, due, again }), { expiresAt });
};

/** The end of an outage of ours is felt within a minute. */
const putOffMostSeconds = 60;

/**
 * Thrown back, a message comes again at once: a store that is away for seconds would use up its delivery count, and what was
 * accepted would be lost among the dead letters. So it goes on later, as for a device that is busy.
 */
export const putOff = async (run: Run, reason: string): Promise<void> => {
  const { use, job } = run;
  const { baseSeconds, capSeconds } = use.policy;
  // Longer with each, for what cannot be recorded rings again.
  const ceiling = Math.min(capSeconds, putOffMostSeconds, baseSeconds * 2 ** (job.hop + 1));
  // And where a run before this one may still live: when what that one began has landed.
  const halfMs = Math.max(ceiling * 500, run.deliveryCount > 1 ? landedAfterMs : 0);
  const due = meetingAfter(timeOf(run) + halfMs, halfMs, job.id);
  const again = run.isInDoubt ? { again: job.again ?? job.version } : {};
  // The notification, and with it its end, may not have been read: it has none later than this.
  await use.fanout.send(nextJob(job, { version: job.version, due, ...again }), {
    expiresAt: job.acceptedAt + lifetimeMaxMs,
  });
  emitPostponed(run, reason, due);
};
