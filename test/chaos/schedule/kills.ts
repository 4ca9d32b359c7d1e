import { chanceOf } from "../chance.ts";

/** The parts that are killed. Azurite is not: it saves every five seconds, so what it loses says nothing about us. */
export const killedParts = ["functions-host", "service-bus"] as const;
export type KilledPart = (typeof killedParts)[number];

/** SIGKILL for these parts, so long after both are there again since the last time, or after one of them is, ready for nothing yet. */
export type PlannedKill = {
  readonly parts: readonly KilledPart[];
  readonly afterMs: number;
  readonly isHasty: boolean;
};

/**
 * More kills than the time has room for. After an outage of the bus callers are let in again slowly, so the host, where more can go wrong,
 * is killed more often. Of each four, two are of the host alone; and between two kills there is time for some work: what never began cannot be lost.
 */
export const plannedKills = (seed: number, seconds: number): readonly PlannedKill[] => {
  const chance = chanceOf(seed, "kills");
  const round: readonly (readonly KilledPart[])[] = [
    ["functions-host"],
    ["functions-host"],
    ["service-bus"],
    killedParts,
  ];
  const rounds = Array.from({ length: Math.ceil(seconds / round.length) }, () => chance.shuffled(round));
  return rounds.flat().map((parts, index) => {
    const isHasty = index > 0 && chance.is(0.15);
    return { parts, isHasty, afterMs: isHasty ? chance.between(0, 1_000) : chance.between(1_500, 6_000) };
  });
};
