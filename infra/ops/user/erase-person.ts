import { setTimeout as passed } from "node:timers/promises";
import { onePass, type PassUse } from "./erase-pass.ts";
import type { Counts } from "./kinds.ts";
import type { Person } from "./person.ts";

type ErasureUse = Omit<PassUse, "hostNames"> & {
  /** Between a pass and the next, so that requests and runs that were under way show what they wrote; milliseconds. */
  readonly settleMs: number;
};

/** What the last pass met all the same. Empty: it went through everything and found nothing. */
type Left = Counts;

const passesMost = 6;

/**
 * Removes whatever names a person, in passes: each goes through everything and removes what it finds, and the person is erased when one has
 * found nothing. So the last pass is the proof, and a run after one that was cut off at any point does what is left. Resolves to what the
 * last pass found: somebody writes meanwhile, or messages wait to be received. Throws when the stores do, or it is interrupted.
 */
export const erasePerson = async (use: ErasureUse, person: Person): Promise<Left> => {
  const { output, stop, settleMs } = use;
  const hostNames = new Set<string>();
  for (let pass = 1; ; pass += 1) {
    const found = await onePass({ ...use, hostNames }, person);
    if (found.total() === 0 || pass === passesMost) return found.counts();
    output.progress(`Pass ${pass} found something; looking again in ${settleMs / 1_000} seconds.`);
    await passed(settleMs, undefined, { signal: stop });
  }
};
