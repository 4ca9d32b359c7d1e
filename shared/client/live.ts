import type { Answer } from "./feed-api.ts";
import { pauseAfter, pauseAfterWait } from "./pace.ts";
import { aborted, rest, type Surroundings } from "./surroundings.ts";
import type { Sync } from "./sync.ts";

export type Living = {
  readonly around: Surroundings;
  readonly step: Sync["step"];
  /** Sends what is unsent and reads to the end. */
  readonly sync: () => Promise<Answer<undefined>>;
  /** Told how each wait ended. */
  readonly onAnswer: (answer: Answer<undefined>) => void;
  /** The name of the lock that only the one who waits at the service has. */
  readonly lock: string;
};

/** So long the service is asked to hold its answer back, in seconds: proxies on the way end a silent request after 30 as a rule. */
const waitSeconds = 20;

/**
 * Keeps the state in step with the feed until the signal is aborted. Of all pages of this browser that the user may be looking at, one
 * waits at the service; the others read what it has written to the store, and one of them takes over when it is hidden or gone.
 */
export const keepInStep = async (use: Living, signal: AbortSignal): Promise<void> => {
  const { around } = use;
  while (!signal.aborted) {
    if (!around.isVisible()) {
      await aborted(turned(around, signal, () => around.isVisible()));
      continue;
    }
    const over = turned(around, signal, () => !around.isVisible());
    // Rejects when the page is hidden, or the signal aborted, before it was its turn.
    await around.alone(use.lock, over, () => waitAtService(use, over)).catch(() => undefined);
    // Whatever else it rejects for must not make this spin.
    if (!over.aborted) await rest(around, 1_000, over);
  }
};

/** A signal that is aborted with the other one, or at the first turn of things at which this holds. */
const turned = ({ onTurn }: Surroundings, signal: AbortSignal, holds: () => boolean): AbortSignal => {
  const turn = new AbortController();
  const stop = onTurn(() => {
    if (holds()) turn.abort();
  });
  const either = AbortSignal.any([signal, turn.signal]);
  void aborted(either).then(stop);
  return either;
};

const waitAtService = async (use: Living, signal: AbortSignal): Promise<void> => {
  const { around } = use;
  let failures = 0;
  let empties = 0;
  // First, and after whatever went wrong, nothing is waited for: how things stand is to be known at once.
  let wait = 0;
  while (!signal.aborted) {
    // Whatever turns (the network is there again, the page is looked at again), the answer is not worth waiting for any more.
    const over = new AbortController();
    const turn = turned(around, AbortSignal.any([signal, over.signal]), () => true);
    const startedAt = around.now();
    const answer = await use.step(turn, wait);
    let pause = 0;
    if (answer.kind === "ok") {
      failures = 0;
      const { isOver, isEmpty } = answer.value;
      if (wait > 0) pause = pauseAfterWait({ isEmpty, tookMs: around.now() - startedAt, empties });
      wait = waitSeconds;
      empties = isEmpty && pause > 0 ? empties + 1 : 0;
      if (isOver) use.onAnswer({ kind: "ok", value: undefined });
      else await use.sync();
    } else if (!turn.aborted) {
      use.onAnswer(answer);
      pause = pauseAfter(answer, failures, around.chance());
      failures += 1;
    }
    if (answer.kind !== "ok") wait = 0;
    // What the service has asked for is waited out, whatever turns.
    if (pause > 0) await rest(around, pause, answer.kind === "throttled" ? signal : turn);
    if (turn.aborted) empties = 0;
    over.abort();
  }
};
