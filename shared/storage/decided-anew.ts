import { setTimeout as pause } from "node:timers/promises";
import { Unavailable } from "../unavailable.ts";
import { RowConflict } from "./table.ts";

/** How long an attempt is made anew because writers of other instances were first. */
const patienceMs = 5_000;

/** Longer each time, and random, lest many writers meet again and again. */
const pauseAfter = (lostRaces: number): Promise<void> => pause(Math.random() * Math.min(200, 10 * 2 ** lostRaces));

/**
 * Makes an attempt that reads, decides and writes, and makes it anew as long as somebody else wrote first (`RowConflict`). Throws
 * what it throws otherwise, and `Unavailable`, naming `what`, once that has gone on for five seconds.
 */
export const decidedAnew = async <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
  const giveUpAt = performance.now() + patienceMs;
  for (let lostRaces = 1; ; lostRaces += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RowConflict)) throw error;
      if (performance.now() >= giveUpAt) throw new Unavailable(what, { cause: error });
      await pauseAfter(lostRaces);
    }
  }
};
