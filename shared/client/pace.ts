import type { Answer } from "./feed-api.ts";
import { rest, type Surroundings } from "./surroundings.ts";

/** `turn` ends it. Resolves to undefined when it is not to be done again. */
export type Attempt = (turn: AbortSignal) => Promise<Answer<number | undefined> | undefined>;

/**
 * Attempts again and again until the signal is aborted, or one resolves to undefined. After a success there is a pause of so many milliseconds
 * as it says; after a failure one that grows; a turn of things ends both, and the attempt's own signal. What the service has asked for itself
 * (406) is waited out to the end, and a little longer by chance, whatever turns.
 */
export type KeepTrying = (signal: AbortSignal, attempt: Attempt) => Promise<void>;

/** `nextTurn`: aborted at the next turn of things, when the page is shown or hidden, or the network comes or goes. */
export const pacing =
  (around: Pick<Surroundings, "after" | "chance">, nextTurn: () => AbortSignal): KeepTrying =>
  async (signal, attempt) => {
    /**
     * How long, in milliseconds, to let the service be after so many failures in a row, the first being 0: from a second to a minute. Half of
     * it for sure, the rest by chance: clients that failed together do not come back together.
     */
    const pauseMs = (failures: number): number => Math.min(60, 2 ** failures) * (500 + 500 * around.chance());
    for (let failures = 0; !signal.aborted;) {
      const turn = AbortSignal.any([signal, nextTurn()]);
      const answer = await attempt(turn);
      if (!answer) return;
      if (answer.kind === "ok") await rest(around, answer.value, turn);
      else if (answer.kind === "throttled") await rest(around, answer.waitMs + pauseMs(0), signal);
      else await rest(around, pauseMs(failures), turn);
      failures = answer.kind === "ok" || turn.aborted ? 0 : failures + 1;
    }
  };
