import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { FeedKey } from "../feed-key.ts";
import { isExpired, type NotificationId } from "../notification/notification.ts";
import { Problem } from "../problem.ts";
import type { StoredRow, Table } from "../storage/table.ts";
import type { DeltaPage, DeltaRequest } from "./feed.ts";
import { beginning, hasPassed, type Mark } from "./mark.ts";
import { inPortions, rowsMax } from "./portions.table.ts";
import { changeKey, headKey, headOf, notificationKey, notificationOf } from "./rows.ts";
import { sweepExpired } from "./sweep.table.ts";

type Use = { readonly feeds: Table; readonly clock: Clock };

/**
 * First the head, which says how far there is to go; then the log; then the notifications as they are. Each stands in the log
 * once, at its newest version: one that was changed behind the reader's back stands behind `until`, where the next pass finds it.
 */
export const readDelta = async (
  use: Use,
  feed: FeedKey,
  { top, since = beginning, until }: DeltaRequest,
): Promise<DeltaPage> => {
  const now = use.clock.now();
  const headFound = await use.feeds.find(feed, headKey);
  const head: Mark = headFound ? headOf(headFound) : beginning;
  const end = until?.version ?? head.version;
  if (!hasPassed(head, since) || (until && !hasPassed(head, until))) {
    throw new Problem("gone", "The feed was made anew since this token was made: start over without a token.");
  }
  const { logged, expired, reached } = await readLog(use, feed, { top, after: since.version, end, now });
  const changes = await notificationsAt(use, feed, logged);
  await sweepExpired(use, feed, expired);
  const markOf = (version: number): Mark => ({ epoch: head.epoch, version });
  return {
    // Of the head's life, like the mark: an operator who renews epochs (infra/ops/backup) comes to the rows first, and may be cut off there. Whoever
    // reads then keeps them all, and starts over once the head has the other epoch.
    changes: changes.map((change) => ("epoch" in change ? { ...change, epoch: head.epoch } : change)),
    reached: markOf(reached),
    until: markOf(end),
    isLast: reached === end,
  };
};

type Portion = { readonly top: number; readonly after: number; readonly end: number; readonly now: number };
type Logged = { readonly version: number; readonly id: NotificationId };

/** What the log names in (after, end], without what has expired: at most so many, and how far that came. */
const readLog = async (use: Use, feed: FeedKey, { top, after, end, now }: Portion) => {
  const logged: Logged[] = [];
  const expired: NotificationId[] = [];
  if (after >= end) return { logged, expired, reached: end };
  let seen = 0;
  let last = after;
  const range = { from: changeKey(after + 1), below: changeKey(end + 1), first: top + 1 };
  for await (const row of inPortions(use.feeds, feed, range)) {
    const change = changeOf(row);
    if (isExpired(change, now)) expired.push(change.id);
    else if (logged.length === top) return { logged, expired, reached: last };
    else logged.push(change);
    last = change.version;
    seen += 1;
  }
  return { logged, expired, reached: seen < rowsMax ? end : last };
};

const changeOf = (row: StoredRow): Logged & { readonly expiresAt: number } => {
  const { id, expiresAt } = changeSchema.parse(row);
  return { id: id as NotificationId, version: Number(row.rowKey.slice("c_".length)), expiresAt: expiresAt.getTime() };
};
const changeSchema = z.object({ id: z.string(), expiresAt: z.date() });

/** At once, but not so many that one reader takes every connection. */
const readsAtOnce = 25;

/**
 * The notifications that still are as the log says, in its order. One that has expired, and stands in the log all the same, was
 * replaced by something that ended sooner: who missed that has to hear that it is gone.
 */
const notificationsAt = async (
  { feeds, clock }: Use,
  feed: FeedKey,
  logged: readonly Logged[],
): Promise<DeltaPage["changes"]> => {
  const changes: DeltaPage["changes"][number][] = [];
  for (let start = 0; start < logged.length; start += readsAtOnce) {
    const batch = logged.slice(start, start + readsAtOnce);
    const rows = await Promise.all(batch.map(({ id }) => feeds.find(feed, notificationKey(id))));
    for (const [index, { id, version }] of batch.entries()) {
      const row = rows[index];
      const notification = row && notificationOf(row);
      if (!notification || isExpired(notification, clock.now())) changes.push({ id, version, status: "deleted" });
      else if (notification.version === version) changes.push(notification);
    }
  }
  return changes;
};
