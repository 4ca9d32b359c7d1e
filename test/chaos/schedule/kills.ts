import { chanceOf } from "../chance.ts";

/** The parts that are killed. Azurite is not: it saves every five seconds, so what it loses says nothing about us. */
export const killedParts = ["functions-host", "service-bus"] as const;
export type KilledPart = (typeof killedParts)[number];

/** One SIGKILL: after the part has been there for so long, or so long after its process began, be it ready or not. */
export type PlannedKill = { readonly whileStarting: boolean; readonly afterMs: number };

/** More kills for each part than the time has room for. */
export const plannedKills = (seed: number, seconds: number): Readonly<Record<KilledPart, readonly PlannedKill[]>> => {
  const kills = (part: KilledPart): PlannedKill[] => {
    const chance = chanceOf(seed, `kills of ${part}`);
    return Array.from({ length: seconds }, (_, index) => {
      const whileStarting = index > 0 && chance.is(0.15);
      return { whileStarting, afterMs: whileStarting ? chance.between(0, 1_000) : chance.between(2_000, 7_000) };
    });
  };
  return { "functions-host": kills("functions-host"), "service-bus": kills("service-bus") };
};
