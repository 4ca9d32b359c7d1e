import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { Figures, Quantiles } from "./figures.ts";
import type { LatencyOptions } from "./options.ts";

/** Shares of the sustained load: at the first is measured how soon devices have it, at the second the tail of a POST. */
export const shares = { toDevice: 0.5, tail: 0.7 } as const;

export type Round = {
  /** Notifications a second, found in the same round. */
  readonly sustained: number;
  readonly toDevice: Figures;
  readonly tail: Figures;
};

/** POST's p99 may be so many times its p50. */
const tailMost = 4;
/** From the answer to the device, p99. */
const toDeviceMostMs = 250;

/** Medians over the rounds, and the two verdicts. */
export const summary = (rounds: readonly Round[]) => {
  const tails = rounds.map(({ tail: { post } }) => post.p99 / post.p50);
  const toDevices = rounds.map(({ toDevice }) => toDevice.toDevice.p99);
  const all = rounds.flatMap(({ toDevice, tail }) => [toDevice, tail]);
  return {
    sustained: rounds.map(({ sustained }) => sustained),
    toDevice: overall(rounds.map(({ toDevice }) => toDevice)),
    tail: overall(rounds.map(({ tail }) => tail)),
    tails,
    tailMost,
    isTailMet: median(tails) <= tailMost,
    toDevices,
    toDeviceMostMs,
    isToDeviceMet: median(toDevices) <= toDeviceMostMs,
    failed: all.reduce((sum, { refused, lost, duplicates }) => sum + refused + lost + duplicates, 0),
  };
};

const overall = (all: readonly Figures[]): Figures => {
  const middle = (of: (figures: Figures) => number): number => median(all.map(of));
  const sum = (of: (figures: Figures) => number): number => all.map(of).reduce((a, b) => a + b, 0);
  const quantiles = (of: (figures: Figures) => Quantiles): Quantiles => ({
    p50: middle((figures) => of(figures).p50),
    p90: middle((figures) => of(figures).p90),
    p99: middle((figures) => of(figures).p99),
    most: middle((figures) => of(figures).most),
  });
  return {
    perSecond: middle(({ perSecond }) => perSecond),
    post: quantiles(({ post }) => post),
    toDevice: quantiles(({ toDevice }) => toDevice),
    throughout: quantiles(({ throughout }) => throughout),
    begun: quantiles(({ begun }) => begun),
    growthMs: middle(({ growthMs }) => growthMs),
    refused: sum(({ refused }) => refused),
    lost: sum(({ lost }) => lost),
    duplicates: sum(({ duplicates }) => duplicates),
  };
};

type Reported = ReturnType<typeof summary> & {
  readonly options: LatencyOptions;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: readonly Round[];
};

/** The report for people. */
export const report = (reported: Reported): string => {
  const { options, node, cpus, rounds, sustained, toDevice, tail } = reported;
  const each = rounds.flatMap((round, index) => [
    row(`${index + 1} at ${percent(shares.toDevice)}`, round.toDevice),
    row(`  at ${percent(shares.tail)}`, round.tail),
  ]);
  const middle = [
    row(`median at ${percent(shares.toDevice)}`, toDevice),
    row(`median at ${percent(shares.tail)}`, tail),
  ];
  const goalOfDevice = `${toDevice.toDevice.p99.toFixed(0)} (${spread(reported.toDevices, 0)}); at most ${toDeviceMostMs}`;
  const goalOfTail = `${median(reported.tails).toFixed(1)} (${spread(reported.tails, 1)}); at most ${tailMost}`;
  return `${textTable(heads, [...each, ...middle])}

Milliseconds, p50 / p90 / p99 / most. POST: from when it was due to its answer; to device: from the answer to each device that decrypted it
(below zero: the device had it first); throughout: from when it was due to the device; begun: how late this bench was with its requests.
Sustained: ${median(sustained).toFixed(0)} notifications a second (${spread(sustained, 0)}, each on a stack of its own). ${options.seconds} s a measurement, ${options.users} users of ${options.devices} devices, state in memory; ${node}, ${cpus} processors for everything, this bench included.
To device at ${percent(shares.toDevice)}, p99 in ms: ${goalOfDevice}: ${verdict(reported.isToDeviceMet)}
POST at ${percent(shares.tail)}, p99 to p50: ${goalOfTail}: ${verdict(reported.isTailMet)}`;
};

const percent = (share: number): string => `${share * 100} %`;
const verdict = (isMet: boolean): string => (isMet ? "met" : "MISSED");
const spread = (values: readonly number[], digits: number): string =>
  `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)} in ${values.length} rounds`;

const heads = ["round", "per second", "POST", "to device", "throughout", "begun", "refused", "lost", "duplicates"];

const row = (name: string, figures: Figures): string[] => [
  name,
  figures.perSecond.toFixed(0),
  ...[figures.post, figures.toDevice, figures.throughout, figures.begun].map(inWords),
  String(figures.refused),
  String(figures.lost),
  String(figures.duplicates),
];

const inWords = ({ p50, p90, p99, most }: Quantiles): string =>
  [p50, p90, p99, most].map((value) => value.toFixed(0)).join(" / ");
