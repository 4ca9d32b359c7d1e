import { done, type Answer } from "./feed-api.ts";
import { keepTrying, pauseMs, type Pacing } from "./pace.ts";
import type { ReadStep } from "./read-delta.ts";
import { rest, type Surroundings } from "./surroundings.ts";

export type Living = {
  readonly around: Surroundings;
  readonly pacing: Pacing;
  readonly step: ReadStep;
  /** Sends what is unsent and reads to the end. */
  readonly sync: () => Promise<Answer<undefined>>;
  /** Told how each wait ended. */
  readonly onAnswer: (answer: Answer<undefined>) => void;
  /** The name of the lock that only the one who waits at the service has. */
  readonly lock: string;
};

/** So long the service is asked to hold its answer back, in seconds: proxies on the way end a silent request after 30 as a rule. */
const waitSeconds = 20;
/** An empty answer sooner than this, in milliseconds, was not waited for: the service does not wait, or is going away. */
const waitedMs = 5_000;
/** No oftener, in milliseconds, is it asked while something changes all the time. */
const betweenMs = 1_000;

/**
 * Keeps the state in step with the feed until the signal is aborted. Of all pages of this browser that the user may be looking at, one
 * waits at the service; the others read what it has written to the store, and one of them takes over when it is hidden or gone.
 */
export const keepInStep = async (use: Living, signal: AbortSignal): Promise<void> => {
  const { around, pacing } = use;
  while (!signal.aborted) {
    const turn = AbortSignal.any([signal, pacing.nextTurn()]);
    if (!around.isVisible()) await rest(around, Infinity, turn);
    else {
      // Rejects when things turn before it was our turn: then we look whether we still want it.
      await around.alone(use.lock, turn, () => waitAtService(use, signal)).catch(() => undefined);
      // Whatever else it rejects for must not make this spin.
      await rest(around, betweenMs, turn);
    }
  }
};

/** Until the page is hidden. Where the service does not wait it is asked ever more slowly as long as nothing changes. */
const waitAtService = ({ around, pacing, step, sync, onAnswer }: Living, signal: AbortSignal): Promise<void> => {
  let isCurrent = false;
  let empties = 0;
  return keepTrying(pacing, signal, async (turn) => {
    if (!around.isVisible()) return undefined;
    const startedAt = around.now();
    // First, and after whatever went wrong, nothing is waited for: how things stand is to be known at once.
    const isWait = isCurrent;
    const answer = await step(turn, isWait ? waitSeconds : 0);
    isCurrent = answer.kind === "ok";
    if (answer.kind === "ok" ? !answer.value.isOver : answer.kind === "gone") {
      const read = await sync();
      isCurrent = read.kind === "ok";
      return read;
    }
    if (answer.kind !== "ok") {
      if (!turn.aborted) onAnswer(answer);
      return answer;
    }
    onAnswer(done);
    const { isEmpty } = answer.value;
    const tookMs = around.now() - startedAt;
    const isRefused = isWait && isEmpty && tookMs < waitedMs && !turn.aborted;
    empties = isRefused ? empties + 1 : 0;
    const pause = isRefused ? pauseMs(1 + empties, around.chance()) : isWait && !isEmpty ? betweenMs - tookMs : 0;
    return { kind: "ok", value: pause };
  });
};
