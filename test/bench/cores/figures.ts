import { median } from "../statistics.ts";

/** One side of one round: some processes delivered side by side. */
export type Side = {
  readonly deliveries: number;
  /** From the first that began to the last that ended. */
  readonly wallSeconds: number;
  /** Of all processes that delivered and all their threads. */
  readonly cpuSeconds: number;
  /** Of the push service and everything else on the machine. */
  readonly othersSeconds: number;
  /** For which the main thread that ran longest ran. */
  readonly mainThreadSeconds: number;
  readonly missing: number;
};
export const sideNames = ["core", "one", "several"] as const;
/** One process that is held to one processor, one that may use all of them, and several. */
export type SideName = (typeof sideNames)[number];
export type Round = Readonly<Record<SideName, Side>>;

/** Of one processor's deliveries a second, those of several processes on all of them: at least so many. */
export const goal = 1.6;

/**
 * The seconds it takes with all processors to itself, a push service that costs them nothing, and work enough: as long as the busiest main thread runs,
 * or as all threads together need on so many processors, whichever is longer. The same for both sides; waiting is left out of both.
 */
export const ownSeconds = (
  { mainThreadSeconds, cpuSeconds }: Pick<Side, "mainThreadSeconds" | "cpuSeconds">,
  processors: number,
): number => Math.max(mainThreadSeconds, cpuSeconds / processors);

/** Medians of each side, and the ratios of each round. `encrypting` is the share of one main thread's time. */
export const summary = (rounds: readonly Round[], encrypting: number, processors: number) => {
  const perSecond = (name: SideName) => (round: Round) =>
    round[name].deliveries / ownSeconds(round[name], name === "core" ? 1 : processors);
  const sides = sideNames.map((name) => {
    const of = (figure: (side: Side) => number): number => median(rounds.map((round) => figure(round[name])));
    return {
      name,
      perSecond: median(rounds.map(perSecond(name))),
      barePerSecond: of(({ deliveries, wallSeconds }) => deliveries / wallSeconds),
      cpuMicroseconds: of(({ cpuSeconds, deliveries }) => (cpuSeconds / deliveries) * 1e6),
      othersMicroseconds: of(({ othersSeconds, deliveries }) => (othersSeconds / deliveries) * 1e6),
    };
  });
  const beside = (name: SideName): number[] =>
    rounds.map((round) => perSecond("several")(round) / perSecond(name)(round));
  const missing = rounds.reduce((sum, round) => sum + sideNames.reduce((all, name) => all + round[name].missing, 0), 0);
  const ratios = { core: beside("core"), one: beside("one") };
  return { sides, ratios, isMet: median(ratios.core) >= goal, missing, threadsAtMost: 1 / (1 - encrypting) };
};
