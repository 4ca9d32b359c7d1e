import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { OriginsOptions } from "./options.ts";
import type { Figures } from "./side.ts";

export type Round = { readonly well: Figures; readonly hanging: Figures; readonly ungoverned?: Figures };

/** What the quick origins' p99 may be at most while another hangs, beside 1 when all are well. */
const ratioMost = 1.2;

/** The ratio of p99 in each round and its median: that alone can be compared between machines. */
export const summary = (rounds: readonly Round[]) => {
  const ratios = rounds.map(({ well, hanging }) => hanging.p99Ms / well.p99Ms);
  const ratio = median(ratios);
  const late = rounds.reduce((sum, { well, hanging }) => sum + well.late + hanging.late, 0);
  return { ratios, ratio, ratioMost, isMet: ratio <= ratioMost, late };
};

type Reported = ReturnType<typeof summary> & {
  readonly options: OriginsOptions;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: readonly Round[];
};

/** The report for people. */
export const report = ({ options, node, cpus, rounds, ratio, ratios, isMet }: Reported): string => {
  const table = textTable(
    ["round", "pushes", "p50 ms", "p99 ms", "most ms", "late", "asked", "held"],
    rounds.flatMap(({ well, hanging, ungoverned }, index) => [
      row(`${index + 1} all are well`, well),
      row("  one hangs", hanging),
      ...(ungoverned ? [row("  ungoverned", ungoverned)] : []),
    ]),
  );
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return `${table}

Pushes to three quick origins, from when their message was due to when they were taken; late: not within ten seconds.
Asked: attempts at the fourth origin, which ${options.share} of a hundred messages were for, too; held: put off without one.
${options.rate} messages a second and side for ${options.seconds} s, both sides at once, each with 32 in hand at most; ${node}, ${cpus} processors for everything, the push services included.
p99, one hanging to all well: ${ratio.toFixed(2)} (${spread} in ${rounds.length} rounds); at most ${ratioMost}: ${isMet ? "met" : "MISSED"}`;
};

const row = (name: string, figures: Figures): string[] => [
  name,
  String(figures.pushes),
  figures.p50Ms.toFixed(1),
  figures.p99Ms.toFixed(1),
  figures.mostMs.toFixed(1),
  String(figures.late),
  String(figures.attempts),
  String(figures.held),
];
