import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { DeliveryOptions } from "./options.ts";
import type { Part } from "./profile.ts";
import { sideNames, type SideName } from "./sides.ts";

/** One side of one round. */
export type Side = {
  /** Of this process for each delivery. */
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  /** Pushes that no device had, or not as it was to be told. */
  readonly missing: number;
  /** Runs that were put off, for the push service had all it can take; done later, and counted. */
  readonly postponed: number;
};
export type Round = Readonly<Record<SideName, Side>>;

/** Deliveries per CPU second, ours in the other's: at least so much. */
const goals = { "web-push": 2.5, "near-limit": 0.9 } as const;

/** Medians by side and, what alone can be compared between machines, the ratios of each round. */
export const summary = (rounds: readonly Round[]) => {
  const of = (side: SideName, figure: keyof Side): number[] => rounds.map((round) => round[side][figure]);
  const sum = (figures: readonly number[]): number => figures.reduce((total, one) => total + one, 0);
  const beside = (["web-push", "near-limit"] as const).map((name) => {
    const ratios = rounds.map((round) => round[name].cpuMicroseconds / round.ours.cpuMicroseconds);
    return { name, ratios, goal: goals[name], isMet: median(ratios) >= goals[name] };
  });
  const sides = sideNames.map((name) => {
    const cpuMicroseconds = median(of(name, "cpuMicroseconds"));
    return { name, cpuMicroseconds, perCpuSecond: 1e6 / cpuMicroseconds, perSecond: median(of(name, "perSecond")) };
  });
  const missing = sum(sideNames.flatMap((name) => of(name, "missing")));
  return { sides, beside, missing, postponed: sum(of("ours", "postponed")) };
};

type Machine = { readonly options: DeliveryOptions; readonly node: string; readonly cpus: number };
type Figures = Machine & ReturnType<typeof summary>;

/** The report for people. */
export const report = (figures: Figures): string => {
  const { options, sides, beside, missing, postponed } = figures;
  const { devices, notifications, rounds, atOnce } = options;
  const table = textTable(
    ["side", "per CPU second", "CPU µs", "per second"],
    sides.map(({ name, perCpuSecond, cpuMicroseconds, perSecond }) => [
      name,
      ...[perCpuSecond, cpuMicroseconds, perSecond].map((value) => value.toFixed(0)),
    ]),
  );
  const verdicts = beside.map(
    ({ name, ratios, goal, isMet }) =>
      `${isMet ? "pass" : "MISS"}  ${spread(ratios)} times ${name}'s deliveries per CPU second; the goal is at least ${goal.toFixed(2)}`,
  );
  return `${table}

${verdicts.join("\n")}
${notifications} notifications for ${devices} devices each a side and round, ${atOnce} pushes at once, ${rounds} rounds in turns; medians (least to most).
${machineOf(figures)}
${postponed === 0 ? "" : `${postponed} runs of our handler put a device off, and had it later.\n`}${verdictOf(missing)}`;
};

/** Of the profile's shares and the CPU time that was measured beside it, what each part costs one delivery. */
export const profileSummary = (sides: readonly Side[], parts: readonly Part[]) => {
  const cpuMicroseconds = median(sides.map((side) => side.cpuMicroseconds));
  return {
    cpuMicroseconds,
    parts: parts.map(({ name, share }) => ({ name, share, cpuMicroseconds: share * cpuMicroseconds })),
    missing: sides.reduce((sum, { missing }) => sum + missing, 0),
  };
};

/** Where the time of our handler goes, for people. */
export const profileReport = (figures: Machine & ReturnType<typeof profileSummary>): string => {
  const { options, cpuMicroseconds, parts, missing } = figures;
  const table = textTable(
    ["part", "CPU µs", "%"],
    parts.map((part) => [part.name, part.cpuMicroseconds.toFixed(1), (part.share * 100).toFixed(1)]),
  );
  const pushes = options.notifications * options.devices * options.rounds;
  return `${table}

The main thread's time, sampled while ${pushes} deliveries were made, as shares of ${cpuMicroseconds.toFixed(0)} CPU µs each: more than without the sampling.
${machineOf(figures)}
${verdictOf(missing)}`;
};

const machineOf = ({ node, cpus }: Machine): string =>
  `CPU is this process's; the push service is in another on the same ${cpus} processors, and opens each push. ${node}.`;

const verdictOf = (missing: number): string =>
  missing === 0
    ? "Every push reached its device as it should be."
    : `MISSING: ${missing} pushes did not reach their device, or not as they should be.`;

const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
