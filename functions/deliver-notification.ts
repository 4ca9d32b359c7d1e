import { isServedBy } from "../shared/channels/served.ts";
import { knownToActor } from "../shared/delivery/known-to-actor.ts";
import { toldSince } from "../shared/delivery/ledger.ts";
import { missedAtItsEnd } from "../shared/delivery/missed.ts";
import { madeBy, settle } from "../shared/delivery/settle.ts";
import { parseFanoutJob, waitsSince } from "../shared/fanout/job.ts";
import { isExpired } from "../shared/notification/notification.ts";
import type { Missed } from "../shared/telemetry/events.ts";
import { Unavailable } from "../shared/unavailable.ts";
import { closedChannels } from "./delivering/closed-channels.ts";
import { emitDelivery, emitLapsed } from "./delivering/events.ts";
import { beginWithinMs, goOnLater, lookAgainIfCutOff, putOff } from "./delivering/later.ts";
import { isOver, planOf } from "./delivering/plan-of-job.ts";
import { roomForRuns, type Place } from "./delivering/room-for-runs.ts";
import { mayBeInDoubt, timeOf, type Receipt, type Run, type Uses } from "./delivering/run.ts";
import { standingOf } from "./delivering/standing.ts";
import { forgetDeadChannels, tell } from "./delivering/tell.ts";

/**
 * Brings a user's devices up to date with one notification: the queue's only consumer. Returns when every endpoint was tried
 * or has a later time to be tried at, and when our own stores are away and the whole run was put off; throws when the message
 * is not ours, a bug shows or the bus is away too, and is redelivered then.
 */
export const deliverNotification = (use: Uses): ((message: unknown, receipt: Receipt) => Promise<void>) => {
  const alarmOfClosed = closedChannels(use.clock);
  const room = roomForRuns(use.pushesMost ?? Infinity);
  return async (message, receipt) => {
    const job = parseFanoutJob(message); // throws: nobody can act on such a message, so let it dead-letter
    const cameAt = use.clock.now();
    const queuedMs = Math.max(0, cameAt - waitsSince(job));
    const run: Run = {
      deliveryCount: receipt.deliveryCount,
      emit: receipt.emit,
      bug: receipt.bug,
      use,
      job,
      startedAt: cameAt,
      isInDoubt: mayBeInDoubt({ job, ...receipt }),
      queuedMs,
      alarmOfClosed,
    };
    const place = await room();
    try {
      let round = await bringUpToDate(run, place, undefined);
      while (round.kind === "once-more") round = await bringUpToDate(run, place, round.crossed);
      await lookAgainIfCutOff(run);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      await putOff(run, error.message);
    } finally {
      place.leave();
    }
  };
};

type End =
  | { readonly kind: "done" }
  /**
   * Something happened meanwhile. `crossed`: channels that another run told another version, so that nobody knows what they heard last. Where
   * there are none, a device whose channel is gone has another one now.
   */
  | { readonly kind: "once-more"; readonly crossed: ReadonlySet<string> };

/** One round; `crossedLast` in the one before it, if there was one. */
const bringUpToDate = async (run: Run, place: Place, crossedLast: ReadonlySet<string> | undefined): Promise<End> => {
  const { use, job } = run;
  const { found, subscriptions, ledger, credentials, fetched } = await standingOf(run);
  run.alarmOfClosed(subscriptions, run.emit);
  const now = timeOf(run);
  const notification = found && !isExpired(found, now) ? found : undefined;
  const again = crossedLast ?? (job.again === undefined ? nobody : toldSince(ledger, job.again));
  run.expiresAt = notification?.expiresAt;
  const isServed = isServedBy(use.channels);
  if (!notification) {
    // Alerts and taps come to nothing; content is what was promised.
    const over = { ended: found, version: job.version, subscriptions, ledger, isServed };
    return lapsed(run, job.kind === "content" ? missedAtItsEnd(over) : undefined);
  }

  // Never skipped for being an older version: the newest state goes out, whichever message brought us here. But for the alert of content
  // that was replaced: what came since has one of its own, at its own time.
  const standing = { notification, subscriptions, ledger, again, isServed, now };
  const plan = planOf(job, standing, fetched);
  if (isOver(notification, job) && plan.due.length === 0) return lapsed(run, undefined);
  if (use.clock.now() > run.startedAt + beginWithinMs) throw new Unavailable("What is read", { cause: undefined });
  run.isInDoubt ||= plan.due.length > 0;
  const chance = use.chance(); // one for all, lest each has a time and a message of its own
  place.pushes(plan.due.length);
  const settled = await Promise.all(
    plan.due.map(async (due) => {
      const outcome = await tell(run, { due, notification, ledger, credentials });
      place.answered();
      return settle({ due, outcome, notification, ledger, now: timeOf(run), policy: use.policy, chance });
    }),
  );

  // Act first, record last. Dying on any line from here on means another run of this message: a device may hear it twice
  // under the same topic, which is one toast, but never not at all.
  const retryAt = await goOnLater(run, { notification, settled, waitingUntil: plan.waitingUntil });
  // Told before it is recorded: should one of our stores fail now, the devices were reached all the same.
  emitDelivery(run, { notification, subscriptions, settled, retryAt });
  const isRenewed = await forgetDeadChannels(run, subscriptions, settled);
  const actor = crossedLast ? undefined : subscriptions.find(({ id }) => id === job.actor);
  const toRecord = [...knownToActor(actor, job.version, standing), ...settled]; // of both, what it was told counts
  if (toRecord.length === 0) return { kind: "done" };
  const entries = { read: ledger, made: madeBy(toRecord), expiresAt: notification.expiresAt };
  const crossed = await use.ledgers.record(job.feed, job.id, entries);
  run.isInDoubt = crossed.size > 0 || mayBeInDoubt(run);
  return crossed.size > 0 || isRenewed ? { kind: "once-more", crossed } : { kind: "done" };
};

/** There is nothing to be up to date with. */
const lapsed = (run: Run, missed: Missed | undefined): End => {
  emitLapsed(run, missed);
  return { kind: "done" };
};

const nobody: ReadonlySet<string> = new Set();
