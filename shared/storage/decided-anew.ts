import { setTimeout as wait } from "node:timers/promises";
import { milliseconds, type Clock } from "../clock.ts";
import { Unavailable } from "../unavailable.ts";
import { RowConflict } from "./table.ts";

/** Waits before the next attempt, after so many lost races. */
export type Pause = (lostRaces: number) => Promise<void>;

/** Longer each time, and random, lest many writers meet again and again. Milliseconds: 200 at most. */
const pauseAfter: Pause = (lostRaces) => wait(Math.random() * Math.min(200, 10 * 2 ** lostRaces));

type Uses = {
  readonly clock: Clock;
  /** Between attempts that lose a race; a simulation's own. */
  readonly pause?: Pause;
};

/** So long an attempt is made anew because writers of other instances were first, and so often: a clock may be set. */
const patienceMs = 5 * milliseconds.second;
const lostRacesMost = 100;

/**
 * Makes an attempt that reads, decides and writes, and makes it anew as long as somebody else wrote first (`RowConflict`). Throws
 * what it throws otherwise, and `Unavailable`, naming `what`, once that has gone on for five seconds.
 */
export const decidedAnew = async <T>(what: string, attempt: () => Promise<T>, use: Uses): Promise<T> => {
  const { clock, pause = pauseAfter } = use;
  const giveUpAt = clock.now() + patienceMs;
  for (let lostRaces = 1; ; lostRaces += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error;
      if (clock.now() >= giveUpAt || lostRaces >= lostRacesMost) throw new Unavailable(what, { cause: error });
      await pause(lostRaces);
    }
  }
};
