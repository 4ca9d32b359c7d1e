import { brokenStore, done, offline, ok, type Answer } from "./feed-api.ts";
import type { Attempt } from "./pace.ts";
import type { ReadStep } from "./read-delta.ts";
import type { Surroundings } from "./surroundings.ts";

/** So long the service is asked to hold its answer back, in seconds: proxies on the way end a silent request after 30 as a rule. */
const waitSeconds = 20;
/** An empty answer sooner than this, in milliseconds, was not waited for: the service does not wait, or is going away. */
const waitedMs = 5_000;
/** No oftener, in milliseconds, is it asked while something changes all the time. */
const betweenMs = 1_000;

/**
 * Of all pages of this browser that the user may be looking at, one does the work, whoever has the lock; the others rest, and one of them
 * takes over when it is hidden or gone. To be tried again and again.
 */
export const inOnePage =
  (around: Surroundings, lock: string, work: () => Promise<void>): Attempt =>
  async (turn) => {
    if (!around.isVisible()) return ok(Infinity);
    // Rejects when things turn before it was our turn: then we look whether we still want it.
    await around.alone(lock, turn, work).catch(() => undefined);
    // Whatever else it rejects for must not make this spin.
    return ok(betweenMs);
  };

/**
 * Keeps the state in step with the feed until the page is hidden: waits at the service for one change after the other, while other pages read
 * what is written to the store. `sync` sends what is unsent and reads to the end; `stand` is told how each wait ended. To be tried again
 * and again.
 */
export const waitingAtService = (
  around: Surroundings,
  step: ReadStep,
  sync: () => Promise<Answer<undefined>>,
  stand: (how: { readonly answer: Answer<undefined> }) => void,
): Attempt => {
  let isCurrent = false;
  return async (turn) => {
    if (!around.isVisible()) return undefined;
    const startedAt = around.now();
    // First, and after whatever went wrong, nothing is waited for: how things stand is to be known at once.
    const isWait = isCurrent;
    const answer = await step(turn, isWait ? waitSeconds : 0).catch(brokenStore);
    isCurrent = answer.kind === "ok";
    if (answer.kind === "ok" ? !answer.value.mark : answer.kind === "gone") {
      const read = await sync();
      isCurrent = read.kind === "ok";
      return read;
    }
    if (answer.kind !== "ok") {
      if (!turn.aborted) stand({ answer });
      return answer;
    }
    stand({ answer: done });
    const tookMs = around.now() - startedAt;
    if (!isWait) return done;
    if (answer.value.changes.length > 0) return ok(betweenMs - tookMs);
    // Taken for a failure, though nothing is wrong: where the service does not wait it is asked ever more slowly as long as nothing changes.
    return tookMs < waitedMs ? offline("not waited") : done;
  };
};
