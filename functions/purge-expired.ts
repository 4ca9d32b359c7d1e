import { milliseconds, type Clock } from "../shared/clock.ts";
import { concurrently } from "../shared/concurrently.ts";
import type { Expired, Removal } from "../shared/expiry/expired.ts";
import type { DueHint, DueHints } from "../shared/storage/expiry-hints.table.ts";
import type { Emit, FanfareEvent } from "../shared/telemetry/events.ts";
import { Unavailable } from "../shared/unavailable.ts";

type Uses = { readonly hints: DueHints; readonly expired: Expired; readonly clock: Clock };

/** Every five minutes: a feed is purged within that time of its hour's end and the grace. */
export const purgeSchedule = "0 */5 * * * *";

/**
 * What was under way when a notification ended may still write of it, the ledger of its last delivery for one. No invocation
 * lasts longer than five minutes (`host.json`); after twice that, what is removed stays removed.
 */
const graceMs = 10 * milliseconds.minute;
/** Before the next run begins, and well before the platform would end this one. */
const runMs = 3 * milliseconds.minute;
/** At once; hints of an hour are spread over shards, and feeds over partitions. */
const feedsAtOnce = 8;
/** A run: more than it could do in its time, so that an endless row of hints cannot make it endless. */
const hintsMax = 20_000;

/**
 * Removes what has expired (contract 1.5): reads filter it already, this is so that nothing of it remains. A run ends in time, and
 * the next goes on where it ended: a hint is forgotten only when all it led to is gone. What fails for one feed does not hold up the
 * others, and is met again. Rejects, at the end, when it was anything but an outage: a bug, to be logged whole.
 */
export const purgeExpired =
  (use: Uses) =>
  async (emit: Emit): Promise<void> => {
    const startedAt = use.clock.now();
    const expiredBy = startedAt - graceMs;
    const removal = { expiredBy, isTimeOver: () => use.clock.now() >= startedAt + runMs };
    const run: Run = { met: 0, feeds: 0, rows: 0, failed: 0, unfinished: 0, lagSeconds: 0, hasMetAll: false };
    const bugs: unknown[] = [];

    const purge = async (hint: DueHint): Promise<void> => {
      try {
        const { rows, isDone } = await use.expired.remove(hint.subject, removal);
        run.rows += rows;
        if (isDone) await use.hints.settle(hint);
        run[isDone ? "feeds" : "unfinished"] += 1;
      } catch (error) {
        run.failed += 1;
        if (!(error instanceof Unavailable)) bugs.push(error);
      }
    };
    try {
      await concurrently(feedsAtOnce, dueInTime(use, removal, run), purge);
    } finally {
      emit(eventOf(run, use.clock.now() - startedAt));
    }
    if (bugs.length > 0) throw new AggregateError(bugs, `The purge of ${bugs.length} feeds failed.`);
  };

/** What a run has come to so far. */
type Run = {
  met: number;
  feeds: number;
  rows: number;
  failed: number;
  unfinished: number;
  lagSeconds: number;
  hasMetAll: boolean;
};

async function* dueInTime(use: Uses, { expiredBy, isTimeOver }: Removal, run: Run): AsyncIterable<DueHint> {
  for await (const hint of use.hints.endedBy(expiredBy, hintsMax)) {
    run.lagSeconds = Math.max(run.lagSeconds, Math.floor((expiredBy - hint.hourEnd) / 1_000));
    if (isTimeOver()) return;
    run.met += 1;
    yield hint;
  }
  run.hasMetAll = run.met < hintsMax;
}

const eventOf = (
  { feeds, rows, failed, unfinished, lagSeconds, hasMetAll }: Run,
  durationMs: number,
): FanfareEvent => ({
  event: "purge",
  feeds,
  rows,
  failed,
  lagSeconds,
  isMoreLeft: !hasMetAll || unfinished > 0,
  durationMs,
});
