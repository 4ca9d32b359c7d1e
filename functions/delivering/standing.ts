import type { Fetched } from "../../shared/delivery/fetched.ts";
import { toldSince } from "../../shared/delivery/ledger.ts";
import type { Run } from "./run.ts";

/**
 * What a run goes by: the notification (also a tombstone, for a deletion is told too; and one that has ended, if it is still stored, for it may
 * have been missed), the user's subscriptions, who was told what, the names of the credentials that the app is registered with, and where it
 * is about an alert, who has fetched the notification. All are read at once, and nothing is written: what has ended is left to the purge.
 */
export const standingOf = async ({ use: { feed, subscriptions, ledgers, apps, fetchMarks }, job }: Run) => {
  const [found, subscribed, ledger, fetched] = await Promise.all([
    feed.findStored(job.feed, job.id),
    subscriptions.of(job.feed),
    ledgers.read(job.feed, job.id),
    job.kind === "fallback" ? fetchMarks.of(job.feed, job.id) : noMarks,
  ]);
  // They are read at once, and between two of these another run may have told somebody what is newer than we found.
  const isBehind = found !== undefined && toldSince(ledger, found.version).size > 0;
  const current = isBehind ? await feed.findStored(job.feed, job.id) : found;
  const app = current && (await apps.find(current.targetHostName)); // the registry is remembered: no request
  return { found: current, subscriptions: subscribed, ledger, credentials: app?.credentials ?? {}, fetched };
};

const noMarks: Fetched = new Map();
