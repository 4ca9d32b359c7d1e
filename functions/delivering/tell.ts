import type { RegisteredApp } from "../../shared/auth/app-registry.ts";
import { versionTold } from "../../shared/channels/channel.ts";
import { standardCredential } from "../../shared/channels/credentials.ts";
import type { Outcome } from "../../shared/channels/outcome.ts";
import type { Held } from "../../shared/delivery/governor.ts";
import type { Told } from "../../shared/delivery/ledger.ts";
import type { Due } from "../../shared/delivery/due.ts";
import type { Settled } from "../../shared/delivery/settle.ts";
import type { Notification } from "../../shared/notification/notification.ts";
import type { KeptSubscription } from "../../shared/subscription/subscriptions.ts";
import { attempted } from "./attempted.ts";
import type { Run } from "./run.ts";

type Telling = {
  readonly due: Due<KeptSubscription>;
  readonly notification: Notification;
  readonly ledger: Told;
  readonly credentials: RegisteredApp["credentials"];
};

/** Tells one device, when its push service can take it. Never rejects. */
export const tell = async (run: Run, { due, notification, ledger, credentials }: Telling): Promise<Outcome | Held> => {
  const { use, job, emit, bug } = run;
  const { kind, subscription } = due;
  const { channel } = subscription;
  const sender = channel && use.channels[channel.kind];
  if (!sender) return { kind: "rejected", reason: "its channel is not served" };
  try {
    const credential = credentials[channel.kind] ?? standardCredential;
    const attempt = { kind, notification, subscription, credential, isRepeat: wasAttempted(due, notification, ledger) };
    const route = sender.routeOf(attempt);
    const patience = { whose: job.feed, expiresAt: notification.expiresAt, emit };
    const governed = (send: () => Promise<Outcome>): Promise<Outcome | Held> =>
      use.governor.send(route, send, patience);
    return await attempted(sender, attempt, route, { run, channel: channel.kind, ledger, governed });
  } catch (error) {
    // One device's delivery shows a bug: the others have theirs, and this one is tried again, perhaps by mended code.
    bug(error);
    return { kind: "busy", origin: "failing", reason: "a fault of ours, see the log" };
  }
};

/** Whether this very content, or state, was attempted at the device before. */
const wasAttempted = (
  { kind, subscription }: Due<KeptSubscription>,
  notification: Notification,
  ledger: Told,
): boolean => {
  const entry = ledger[kind][subscription.channelTag];
  return entry?.told === versionTold(kind, notification) && entry.attempts > 0;
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
