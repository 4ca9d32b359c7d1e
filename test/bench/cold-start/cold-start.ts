import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median, quantile } from "../statistics.ts";
import { textTable } from "../text-table.ts";
import { wholeNumber } from "../whole-number.ts";
import { deployableSize } from "./deployable.ts";
import { dummyEnvironment } from "./dummy-environment.ts";
import { timedStart, type Registered } from "./timed-start.ts";

const help = `npm run bench -- cold-start [flags]

  --runs 21   how many starts of each kind, 1 to 200; the two kinds alternate
  --json      print the figures as JSON

Times a fresh node process, from its spawning to its end, that loads dist/main.cjs by the local functions host's seams and
registers all functions, under a complete configuration in which nothing exists; and a bare node -e '' as the floor.
`;

const targets = { medianMs: 250, zipBytes: 3_000_000 };

type Times = { readonly medianMs: number; readonly p90Ms: number };
const timesOf = (ms: readonly number[]): Times => ({ medianMs: median(ms), p90Ms: quantile(ms, 0.9) });

/** Runs the bench from the repository's root and prints its report. Resolves to the exit code: 1 when a target is missed. */
export const coldStart = async (args: readonly string[], stop: AbortSignal): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "21" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const runs = wholeNumber("runs", values.runs, 1, 200);
  const { functions, ...times } = await startTimes(runs, stop);
  const size = await deployableSize();
  const met = { start: times.registered.medianMs <= targets.medianMs, zip: size.zipBytes < targets.zipBytes };
  const figures = { bench: "cold-start", node: process.version, runs, functions, ...times, ...size, targets, met };
  console.log(values.json ? JSON.stringify(figures, null, 2) : report(figures));
  return met.start && met.zip ? 0 : 1;
};

const startTimes = async (runs: number, stop: AbortSignal) => {
  const self = fileURLToPath(new URL("main.mjs", import.meta.url));
  const env = dummyEnvironment();
  const floor: number[] = [];
  const registered: number[] = [];
  const loading: number[] = [];
  let functions: readonly string[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const bare = await timedStart(["-e", ""], env, stop);
    const app = await timedStart([self, "cold-start-child"], env, stop);
    const said = JSON.parse(app.said) as Registered;
    functions = said.functions;
    if (functions.length === 0) throw new Error("dist/main.cjs registered no function.");
    if (run === 0) continue; // the disk's cache is warm from here on
    floor.push(bare.ms);
    registered.push(app.ms);
    loading.push(said.loadMs);
    process.stderr.write(`\rstart ${run} of ${runs}`);
  }
  process.stderr.write("\n");
  return { functions, floor: timesOf(floor), registered: timesOf(registered), loading: timesOf(loading) };
};

type Figures = Awaited<ReturnType<typeof startTimes>> &
  Awaited<ReturnType<typeof deployableSize>> & {
    readonly runs: number;
    readonly met: { readonly start: boolean; readonly zip: boolean };
  };

const report = ({ runs, functions, floor, registered, loading, mainBytes, zipBytes, met }: Figures): string => {
  const row = (name: string, { medianMs, p90Ms }: Times): string[] => [name, medianMs.toFixed(0), p90Ms.toFixed(0)];
  const verdict = (isMet: boolean): string => (isMet ? "pass" : "FAIL");
  const table = textTable(
    ["ms", "median", "p90"],
    [
      row("node -e ''", floor),
      row("node to all functions registered", registered),
      row("  of which loading dist/main.cjs", loading),
    ],
  );
  return `${table}

${runs} starts of each, ${process.version}; registered: ${functions.join(", ")}
${verdict(met.start)}  median ${registered.medianMs.toFixed(0)} ms, target at most ${targets.medianMs} ms
${verdict(met.zip)}  deployable zip ${megabytes(zipBytes)}, target below ${megabytes(targets.zipBytes)} (dist/main.cjs: ${megabytes(mainBytes)})`;
};

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
