import { toldSince } from "../../shared/delivery/ledger.ts";
import type { Run } from "./run.ts";

/**
 * What a run goes by: the notification (also a tombstone, for a deletion is told too), the user's subscriptions, who was told what, and the
 * names of the credentials that the app is registered with.
 */
export const standingOf = async ({ use: { feed, subscriptions, ledgers, apps }, job }: Run) => {
  const [found, subscribed, ledger] = await Promise.all([
    feed.findAny(job.feed, job.id),
    subscriptions.of(job.feed),
    ledgers.read(job.feed, job.id),
  ]);
  // They are read at once, and between two of these another run may have told somebody what is newer than we found.
  const isBehind = found !== undefined && toldSince(ledger, found.version).size > 0;
  const notification = isBehind ? await feed.findAny(job.feed, job.id) : found;
  const app = notification && (await apps.find(notification.targetHostName)); // the registry is remembered: no request
  return { notification, subscriptions: subscribed, ledger, credentials: app?.credentials ?? {} };
};
