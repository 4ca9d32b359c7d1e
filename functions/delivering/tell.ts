import type { Outcome } from "../../shared/channels/outcome.ts";
import type { Held } from "../../shared/delivery/governor.ts";
import type { Due } from "../../shared/delivery/plan.ts";
import type { Settled } from "../../shared/delivery/settle.ts";
import type { Notification } from "../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import type { Run } from "./run.ts";

/** Tells one device, when its push service can take it. Never rejects. */
export const tell = async (
  { use, job, emit, bug }: Run,
  notification: Notification,
  { kind, subscription }: Due<KeptSubscription>,
): Promise<Outcome | Held> => {
  const { channel } = subscription;
  const sender = channel && use.channels[channel.kind];
  if (!sender) return { kind: "rejected", reason: "its channel is not served" };
  try {
    const attempt = (): Promise<Outcome> => sender.send({ kind, notification, subscription });
    const { expiresAt } = notification;
    return await use.governor.send(sender.routeOf(subscription), attempt, { whose: job.feed, expiresAt, emit });
  } catch (error) {
    // One device's delivery shows a bug: the others have theirs, and this one is tried again, perhaps by mended code.
    bug(error);
    return { kind: "busy", origin: "failing", reason: "a fault of ours, see the log" };
  }
};

/**
 * Whoever else has a dead channel has none either, and would be the next to be tried. Resolves to whether one of them is not as it was
 * read: it may have a new channel, which nobody has tried.
 */
export const forgetDeadChannels = async (
  { use, job }: Run,
  subscriptions: readonly KeptSubscription[],
  settled: readonly Settled<KeptSubscription>[],
): Promise<boolean> => {
  const gone = new Set(
    settled.flatMap(({ decision, due }) => (decision.kind === "forget" ? due.subscription.channelTag : [])),
  );
  const cutOff = subscriptions.filter(({ channel, channelTag }) => channel !== null && gone.has(channelTag));
  const ends = await Promise.all(cutOff.map((one) => use.subscriptions.forgetChannel(job.feed, one)));
  return ends.includes("changed");
};
