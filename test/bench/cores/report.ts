import { median } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import { goal, type SideName, type summary } from "./figures.ts";
import type { CoresOptions } from "./options.ts";

type Figures = ReturnType<typeof summary> & {
  readonly options: CoresOptions;
  readonly node: string;
  readonly cpus: number;
};

/** The report for people. */
export const report = ({ options, sides, ratios, isMet, missing, threadsAtMost, node, cpus }: Figures): string => {
  const { processes, notifications, devices, rounds, atOnce } = options;
  const names: Record<SideName, string> = {
    core: "one process, held to one processor",
    one: "one process",
    several: `${processes} processes`,
  };
  const table = textTable(
    ["our handler in", "per second", "bare", "CPU µs", "others' CPU µs"],
    sides.map(({ name, perSecond, barePerSecond, cpuMicroseconds, othersMicroseconds }) => [
      names[name],
      ...[perSecond, barePerSecond, cpuMicroseconds, othersMicroseconds].map((value) => value.toFixed(0)),
    ]),
  );
  return `${table}

${isMet ? "pass" : "MISS"}  ${spread(ratios.core)} times one processor's deliveries a second; the goal is at least ${goal.toFixed(2)}
      ${spread(ratios.one)} times those of one process whose other threads (V8's and Node's) may run on the other processors.
Worker threads that only encrypt could make one process at most ${threadsAtMost.toFixed(2)} times as fast: the rest stays on its main thread.
${notifications} notifications for ${devices} devices each a side and round, ${atOnce} pushes at once in each process, ${rounds} rounds in turns; medians (least to most).
"Per second" is with these ${cpus} processors to itself, the push service's and everything else's share of them taken out: deliveries by the time for which the busiest main
thread ran, or by all threads' time shared by its processors, whichever is longer. "Bare" is by the clock. CPU is all threads', for each delivery. ${node}.
${missing === 0 ? "Every push reached its device as it should be." : `MISSING: ${missing} pushes did not reach their device, or not as they should be.`}`;
};

const spread = (ratios: readonly number[]): string =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
