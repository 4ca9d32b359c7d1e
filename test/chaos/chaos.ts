import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalStack } from "../support/stack.ts";
import { evidenceOf } from "./evidence.ts";
import { chaosOptions, help, type ChaosOptions } from "./options.ts";
import { isFailed, report, type Reported } from "./report.ts";
import { scheduleOf } from "./schedule/schedule.ts";
import { storm } from "./storm.ts";
import { verdictOf } from "./verdict.ts";
import { withStack } from "./with-stack.ts";
import { firstSignal } from "../../shared/first-signal.ts";

/** A run that is stuck ends all the same, so long after its faults. */
const endsWithinMs = 6 * 60_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs the whole of it and prints its table. Resolves to the exit code: 1 when the service broke its word, 64 for a wrong flag. */
export const chaos = async (args: readonly string[], interrupted: AbortSignal): Promise<number> => {
  let options: ChaosOptions;
  try {
    options = chaosOptions(args, Date.now());
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)} The flags are told by: npm run chaos -- --help`);
    return 64;
  }
  if (options.help) {
    console.log(help);
    return 0;
  }
  say(`seed ${options.seed}`);
  const stop = firstSignal([interrupted, AbortSignal.timeout(options.seconds * 1_000 + endsWithinMs)]);
  const dataDir = await mkdtemp(join(tmpdir(), "fanfare-chaos-"));
  let isKept = false;
  try {
    const { reported, evidence } = await withStack(dataDir, stop, (stack) => run(stack, options, stop));
    isKept = options.keep || isFailed(reported);
    if (isKept) await keep(dataDir, reported, evidence);
    console.log(report(reported));
    return isFailed(reported) ? 1 : 0;
  } finally {
    if (!isKept) await rm(dataDir, { recursive: true, force: true });
  }
};

type Evidence = { readonly lines: readonly string[]; readonly output: string };

const run = async (
  stack: LocalStack,
  options: ChaosOptions,
  stop: AbortSignal,
): Promise<{ reported: Reported; evidence: Evidence }> => {
  const happened = await storm(stack, { schedule: scheduleOf(options), seconds: options.seconds, say, stop });
  const verdict = verdictOf(happened.observed);
  const lines = await evidenceOf(stack, happened.observed, verdict);
  const output = stack.output();
  return { reported: { options, storm: happened, verdict, pruned: prunedIn(output) }, evidence: { lines, output } };
};

/** The app tells of each run how many endpoints came to which outcome. */
const prunedIn = (output: string): number =>
  [...output.matchAll(/delivery [^\n]*?\b(\d+) gone\b/g)].reduce((sum, [, count]) => sum + Number(count), 0);

const keep = async (dataDir: string, { storm: happened }: Reported, { lines, output }: Evidence): Promise<void> => {
  await writeFile(join(dataDir, "chaos.json"), JSON.stringify(happened, plain));
  await writeFile(join(dataDir, "evidence.log"), `${lines.join("\n")}\n`);
  await writeFile(join(dataDir, "output.log"), output);
  for (const line of [...happened.answers.wrong.slice(0, 10), ...lines]) say(line);
  say(
    `Kept: ${dataDir}, with chaos.json (what was posted, subscribed and received), evidence.log, output.log (what the stack said).`,
  );
};

/** Sets and maps as JSON has them. */
const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
};
