import { textTable } from "../bench/text-table.ts";
import type { Tally } from "./runner-tally.ts";
import type { SimulationResult } from "./simulate.ts";
import type { SeedReport } from "./worker.ts";

/** How one sees a seed happen. */
const replayCommand = (seed: number): string => `npm run simulate -- --seed ${seed}`;

/** One violated seed: what was violated, and how to see it happen. */
export const violationText = ({ seed, violations }: SeedReport): string =>
  [`Seed ${seed} is violated:`, ...violations.map((sentence) => `  - ${sentence}`), `  ${replayCommand(seed)}`].join(
    "\n",
  );

/** One seed, told step by step. */
export const traceText = ({ seed, trace, violations, steps, counts }: SimulationResult): string => {
  const drawn = Object.entries(counts).flatMap(([what, times]) => (times > 0 ? [`${what} ${times}`] : []));
  const verdict =
    violations.length === 0
      ? ["Nothing is violated."]
      : ["Violated:", ...violations.map((sentence) => `  - ${sentence}`)];
  return [...trace, "", `Seed ${seed}, ${steps} steps: ${drawn.sort().join(", ")}.`, ...verdict].join("\n");
};

/** How far it is, in one line. */
export const progressText = (tally: Tally, seeds: number, seconds: number): string =>
  `${tally.seeds} of ${seeds} seeds, ${perSecond(tally, seconds)} a second, ${tally.violated.length} violated`;

/** What all seeds came to: how often what was drawn and reached, and in how many of them. */
export const tallyText = (tally: Tally, seconds: number): string => {
  const rows = [...tally.counts]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, { times, seeds }]) => [what, String(times), `${((100 * seeds) / tally.seeds).toFixed(1)} %`]);
  const isNothing = tally.violated.length === 0;
  return [
    ...(rows.length > 0 ? [textTable(["what the seeds drew and reached", "times", "of seeds"], rows), ""] : []),
    `${tally.seeds} seeds, ${tally.steps} steps in ${seconds.toFixed(1)} s, ${perSecond(tally, seconds)} seeds a second: ` +
      (isNothing ? "nothing is violated." : `${tally.violated.length} violated.`),
    ...tally.violated.map(({ seed }) => `  ${replayCommand(seed)}`),
  ].join("\n");
};

/** The same for machines. */
export const tallyJson = (tally: Tally, seconds: number): string =>
  JSON.stringify({
    seeds: tally.seeds,
    steps: tally.steps,
    seconds: Number(seconds.toFixed(3)),
    violated: tally.violated.map(({ seed, violations }) => ({ seed, violations, replay: replayCommand(seed) })),
    counts: Object.fromEntries([...tally.counts].map(([what, { times, seeds }]) => [what, { times, seeds }])),
  });

const perSecond = ({ seeds }: Tally, seconds: number): string => (seeds / Math.max(seconds, 0.001)).toFixed(0);
