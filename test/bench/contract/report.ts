import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import type { ContractOptions } from "./options.ts";
import type { Figures } from "./timed.ts";

export type Round = { readonly api: Figures; readonly floor: Figures };

/** What the service may take at most, beside the floor's 1. */
const ratioMost = 1.25;

/** Medians over the rounds, and the ratio of p50 in each: that alone can be compared between machines. */
export const summary = (rounds: readonly Round[]) => {
  const ratios = rounds.map(({ api, floor }) => api.p50Ms / floor.p50Ms);
  const ratio = median(ratios);
  const processorRatios = rounds.map(({ api, floor }) => api.processorMs / floor.processorMs);
  const refused = rounds.reduce((sum, { api, floor }) => sum + api.refused + floor.refused, 0);
  const [api, floor] = [overall(rounds.map((round) => round.api)), overall(rounds.map((round) => round.floor))];
  return { api, floor, ratios, ratio, processorRatios, ratioMost, isMet: ratio <= ratioMost, refused };
};

const overall = (figures: readonly Figures[]): Figures => ({
  p50Ms: median(figures.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(figures.map(({ p99Ms }) => p99Ms)),
  perSecond: median(figures.map(({ perSecond }) => perSecond)),
  processorMs: median(figures.map(({ processorMs }) => processorMs)),
  refused: figures.reduce((sum, { refused }) => sum + refused, 0),
});

type Reported = ReturnType<typeof summary> & {
  readonly options: ContractOptions;
  readonly node: string;
  readonly cpus: number;
  readonly rounds: readonly Round[];
};

/** The report for people. */
export const report = (reported: Reported): string => {
  const { options, node, cpus, rounds, api, floor, ratios, processorRatios, isMet } = reported;
  const rows = rounds.flatMap((round, index) => [row(`${index + 1} POST`, round.api), row("  floor", round.floor)]);
  const table = textTable(
    ["round", "p50 ms", "p99 ms", "per second", "processor ms", "refused"],
    [...rows, row("median POST", api), row("median floor", floor)],
  );
  return `${table}

POST: answered by the service; floor: its table and bus calls made directly by the SDKs as they come, same waves, same feeds, same run.
${options.posts} a round and side for ${options.users} users, ${options.concurrency} at once; ${node}, ${cpus} processors for everything, this bench included.
Processor time of all of these, the run of its message included, POST to floor: ${inWords(processorRatios)}; it says less, and noise moves it less.
p50, POST to floor: ${inWords(ratios)}; at most ${ratioMost}: ${isMet ? "met" : "MISSED"}`;
};

const inWords = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} in ${ratios.length} rounds)`;

const row = (name: string, { p50Ms, p99Ms, perSecond, processorMs, refused }: Figures): string[] => [
  name,
  p50Ms.toFixed(1),
  p99Ms.toFixed(1),
  perSecond.toFixed(0),
  processorMs.toFixed(1),
  String(refused),
];
