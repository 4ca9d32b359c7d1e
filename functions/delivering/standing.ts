import { toldSince } from "../../shared/delivery/ledger.ts";
import type { Run } from "./run.ts";

/** What a run goes by: the notification (also a tombstone, for a deletion is told too), the user's subscriptions, and who was told what. */
export const standingOf = async ({ use: { feed, subscriptions, ledgers }, job }: Run) => {
  const [found, subscribed, ledger] = await Promise.all([
    feed.findAny(job.feed, job.id),
    subscriptions.of(job.feed),
    ledgers.read(job.feed, job.id),
  ]);
  // They are read at once, and between two of these another run may have told somebody what is newer than we found.
  const isBehind = found !== undefined && toldSince(ledger, found.version).size > 0;
  const notification = isBehind ? await feed.findAny(job.feed, job.id) : found;
  return { notification, subscriptions: subscribed, ledger };
};
