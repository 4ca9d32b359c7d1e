import { fileURLToPath } from "node:url";
import { interrupted } from "../bench/interrupted.ts";
import { help, simulationOptions, type SimulationOptions } from "./runner-options.ts";
import { progressText, tallyJson, tallyText, traceText, violationText } from "./runner-report.ts";
import { nothingYet, tallied } from "./runner-tally.ts";
import { consecutive, runSeeds } from "./runner.ts";
import { simulate } from "./simulate.ts";
import { serveSeeds } from "./worker.ts";

/** One seed, with its trace, here: Ctrl-C ends this process and with it all. Resolves to the exit code. */
const replay = async (seed: number, json: boolean): Promise<number> => {
  const result = await simulate(seed, { trace: true });
  console.log(json ? JSON.stringify(result) : traceText(result));
  return result.violations.length > 0 ? 1 : 0;
};

/** Many seeds, in processes of their own. Resolves to the exit code. */
const runAll = async ({ seeds, from, most, processes, json }: SimulationOptions): Promise<number> => {
  const stop = interrupted();
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  let tally = nothingYet;
  const progress = progressOn(process.stderr, () => progressText(tally, seeds, seconds()));
  await runSeeds({
    program: fileURLToPath(import.meta.url),
    seeds: consecutive(from, seeds),
    most,
    processes,
    stop,
    onReport: (report) => {
      tally = tallied(tally, report);
      if (report.violations.length === 0 || json) return;
      progress.clear();
      console.log(`${violationText(report)}\n`);
    },
  });
  progress.end();
  console.log(json ? tallyJson(tally, seconds()) : tallyText(tally, seconds()));
  if (stop.aborted) {
    console.error(`Interrupted after ${tally.seeds} of ${seeds} seeds.`);
    return 130;
  }
  return tally.violated.length > 0 ? 1 : 0;
};

/** A line that renews itself on a terminal, and elsewhere one now and then. */
const progressOn = (stream: NodeJS.WriteStream, text: () => string) => {
  const clear = (): unknown => stream.isTTY && stream.write("\r\u001b[K");
  const tell = (): unknown => stream.write(stream.isTTY ? `\r\u001b[K${text()}` : `${text()}\n`);
  const timer = setInterval(tell, stream.isTTY ? 500 : 10_000);
  const end = (): void => {
    clearInterval(timer);
    clear();
  };
  return { clear, end };
};

const main = async (args: readonly string[]): Promise<number> => {
  let options: SimulationOptions;
  try {
    options = simulationOptions(args);
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)} The flags are told by: npm run simulate -- --help`,
    );
    return 64;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  return options.seed === undefined ? runAll(options) : replay(options.seed, options.json);
};

// Not for people: the processes that `runSeeds` starts.
if (process.argv[2] === "worker") {
  serveSeeds(simulate);
} else {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return 70; // a fault of the simulator; 1 would say that the engine broke its word
  });
  // Signal handlers need not be waited for; a piped report must be.
  process.stdout.write("", () => process.exit());
}
