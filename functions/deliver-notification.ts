import type { Attempt, ChannelSender } from "../shared/channels/channel.ts";
import type { Outcome } from "../shared/channels/outcome.ts";
import type { Clock } from "../shared/clock.ts";
import { decide, type Decision, type RetryPolicy } from "../shared/delivery/decide.ts";
import { stateLedgerKey, type LedgerEntry, type Ledger, type Ledgers } from "../shared/delivery/ledger.ts";
import { planDeliveries, planTaps } from "../shared/delivery/plan.ts";
import type { Fanout } from "../shared/fanout/fanout.ts";
import { parseFanoutJob, type FanoutJob } from "../shared/fanout/job.ts";
import type { Feed } from "../shared/feed/feed.ts";
import { lifetimeMaxMs, type Notification } from "../shared/notification/notification.ts";
import type { Channel } from "../shared/subscription/subscription.ts";
import type { KeptSubscription, Subscriptions } from "../shared/subscription/subscriptions.ts";
import type { Emit } from "../shared/telemetry/events.ts";
import { Unavailable } from "../shared/unavailable.ts";

type Uses = {
  readonly feed: Pick<Feed, "find" | "findAny">;
  readonly subscriptions: Pick<Subscriptions, "of" | "forgetChannel">;
  readonly ledgers: Ledgers;
  readonly fanout: Fanout;
  /** The channels that are served; a device of another one is left out. */
  readonly channels: Readonly<Partial<Record<Channel["kind"], Pick<ChannelSender, "send">>>>;
  readonly clock: Clock;
  readonly policy: RetryPolicy;
  /** The next number in [0, 1). */
  readonly chance: () => number;
};

/** One endpoint's attempt with all that followed from it. */
type Settled = {
  readonly subscription: KeptSubscription;
  readonly outcome: Outcome;
  readonly decision: Decision;
  readonly entry: LedgerEntry;
};

/**
 * Brings a user's devices up to date with one notification: the queue's only consumer. Returns when every endpoint was tried
 * or has a later time to be tried at, and when our own stores are away and the whole run was put off; throws when the message
 * is not ours, a bug shows or the bus is away too, and is redelivered then.
 */
export const deliverNotification =
  (use: Uses) =>
  async (message: unknown, emit: Emit): Promise<void> => {
    const job = parseFanoutJob(message); // throws: nobody can act on such a message, so let it dead-letter
    try {
      await bringUpToDate(use, job, emit);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await putOff(use, { job, reason: error.message }, emit);
    }
  };

/** The end of an outage of ours is felt within a minute. */
const putOffMostSeconds = 60;

/**
 * Thrown back, a message comes again at once: a store that is away for seconds would use up its delivery count, and what was
 * accepted would be lost among the dead letters. So it goes on to a later hop, as for a device that is busy.
 */
const putOff = async (
  use: Uses,
  { job, reason }: { readonly job: FanoutJob; readonly reason: string },
  emit: Emit,
): Promise<void> => {
  const { baseSeconds, capSeconds } = use.policy;
  // Longer with each hop, for what cannot be recorded rings again.
  const ceiling = Math.min(capSeconds, putOffMostSeconds, baseSeconds * 2 ** (job.hop + 1));
  const delaySeconds = ((1 + use.chance()) / 2) * ceiling;
  const retryAt = use.clock.now() + Math.ceil(delaySeconds * 1_000);
  // The notification, and with it its end, may not have been read: it has none later than this.
  const when = { notBefore: retryAt, expiresAt: job.acceptedAt + lifetimeMaxMs };
  await use.fanout.send({ ...job, hop: job.hop + 1 }, when);
  emit({ event: "postponed", notificationId: job.id, hop: job.hop, reason, retryAt });
};

const bringUpToDate = async (use: Uses, job: FanoutJob, emit: Emit): Promise<void> => {
  const isTap = job.kind === "state";
  const ledgerKey = isTap ? stateLedgerKey(job.id) : job.id;
  const [notification, subscriptions, ledger] = await Promise.all([
    isTap ? use.feed.findAny(job.feed, job.id) : use.feed.find(job.feed, job.id), // a deletion is told too
    use.subscriptions.of(job.feed),
    use.ledgers.read(job.feed, ledgerKey),
  ]);
  if (!notification) {
    const sinceAcceptedMs = use.clock.now() - job.acceptedAt;
    emit({ event: "lapsed", kind: job.kind, notificationId: job.id, hop: job.hop, sinceAcceptedMs });
    return; // expired or deleted: there is nothing to be up to date with
  }

  // Never skipped for being an older version: the newest state goes out, whichever message brought us here.
  const isServed = (kind: Channel["kind"]): boolean => use.channels[kind] !== undefined;
  const standing = { notification, subscriptions, ledger, isServed, now: use.clock.now() };
  const plan = isTap ? planTaps({ ...standing, actor: job.actor }) : planDeliveries(standing);
  const told = isTap
    ? ({ kind: "tap", version: notification.version } as const)
    : ({ kind: "content", version: notification.contentVersion } as const);
  const settled = await Promise.all(
    plan.due.map((due) => attempt(use, { notification, subscription: due, ledger, told })),
  );

  // Act first, record last. Dying on any line from here on means another run of this message: a device may hear it twice
  // under the same topic, which is one toast, but never not at all.
  const retryAt = earliest([plan.waitingUntil, ...settled.map(({ decision }) => retryAtOf(decision))]);
  if (retryAt !== undefined) {
    // The same hop scheduled by two runs is one message to the broker; what it finds undone it will schedule on.
    await use.fanout.send({ ...job, hop: job.hop + 1 }, { notBefore: retryAt, expiresAt: notification.expiresAt });
  }
  // Told before it is recorded: should one of our stores fail now, the devices were reached all the same.
  emit({
    event: "delivery",
    kind: job.kind,
    notificationId: job.id,
    hop: job.hop,
    subscriptions: subscriptions.length,
    ...summaryOf(settled),
    ...(retryAt !== undefined && { retryAt }),
    sinceAcceptedMs: use.clock.now() - job.acceptedAt,
  });
  const gone = new Set(
    settled.filter(({ decision }) => decision.kind === "forget").map(({ subscription }) => subscription.channelTag),
  );
  // Whoever else has a dead channel has none either, and would be the next to be tried.
  const cutOff = subscriptions.filter(({ channel, channelTag }) => channel !== null && gone.has(channelTag));
  await Promise.all(cutOff.map((subscription) => use.subscriptions.forgetChannel(job.feed, subscription)));
  if (settled.length > 0) {
    const entries = Object.fromEntries(settled.map(({ subscription, entry }) => [subscription.channelTag, entry]));
    await use.ledgers.record(job.feed, ledgerKey, ledger, entries, notification.expiresAt);
  }
};

type Due = {
  readonly notification: Notification;
  readonly subscription: KeptSubscription;
  readonly ledger: Ledger;
  /** What the device is told, and the version that its ledger entry will say. */
  readonly told: { readonly kind: Attempt["kind"]; readonly version: number };
};

const attempt = async (use: Uses, { notification, subscription, ledger, told }: Due): Promise<Settled> => {
  const outcome = await sendTo(use, { kind: told.kind, notification, subscription });
  const now = use.clock.now();
  const attempts = attemptsSoFar(ledger, told.version, subscription) + 1;
  const { expiresAt } = notification;
  const decision = decide({ outcome, attempts, expiresAt, now, policy: use.policy, chance: use.chance() });
  const entry: LedgerEntry = {
    subscriptionId: subscription.id,
    contentVersion: told.version,
    outcome: decision.kind === "give-up" ? "gave-up" : outcome.kind,
    ...("reason" in outcome && { reason: outcome.reason }),
    attempts,
    at: now,
    ...(decision.kind === "retry" && { notBefore: decision.at }),
  };
  return { subscription, outcome, decision, entry };
};

const sendTo = async (use: Uses, attempted: Attempt): Promise<Outcome> => {
  const { channel } = attempted.subscription;
  if (!channel) return { kind: "gone" };
  return use.channels[channel.kind]?.send(attempted) ?? { kind: "rejected", reason: "its channel is not served" };
};

const attemptsSoFar = (ledger: Ledger, version: number, { channelTag }: KeptSubscription): number => {
  const entry = ledger.entries[channelTag];
  return entry?.contentVersion === version ? entry.attempts : 0;
};

const retryAtOf = (decision: Decision): number | undefined => (decision.kind === "retry" ? decision.at : undefined);

const earliest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
};

const summaryOf = (settled: readonly Settled[]): { outcomes: Record<string, number>; reasons: string[] } => {
  const outcomes: Record<string, number> = {};
  for (const { entry } of settled) outcomes[entry.outcome] = (outcomes[entry.outcome] ?? 0) + 1;
  const reasons = settled.flatMap(({ entry }) => entry.reason ?? []);
  return { outcomes, reasons: [...new Set(reasons)] };
};
