import type { SeedReport } from "./worker.ts";

/** What many seeds came to. */
export type Tally = {
  readonly seeds: number;
  readonly steps: number;
  readonly violated: readonly SeedReport[];
  /** By what was counted: how often in all, and in how many seeds. */
  readonly counts: ReadonlyMap<string, { readonly times: number; readonly seeds: number }>;
};

export const nothingYet: Tally = { seeds: 0, steps: 0, violated: [], counts: new Map() };

export const tallied = (tally: Tally, report: SeedReport): Tally => {
  const counts = new Map(tally.counts);
  for (const [what, times] of Object.entries(report.counts)) {
    const before = counts.get(what) ?? { times: 0, seeds: 0 };
    counts.set(what, { times: before.times + times, seeds: before.seeds + (times > 0 ? 1 : 0) });
  }
  return {
    seeds: tally.seeds + 1,
    steps: tally.steps + report.steps,
    violated: report.violations.length > 0 ? [...tally.violated, report] : tally.violated,
    counts,
  };
};
