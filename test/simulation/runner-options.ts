import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { wholeNumber } from "../bench/whole-number.ts";

/** More than so many take the machine from whoever else works at it. */
const processesMost = 4;
const processesByDefault = String(Math.min(processesMost, availableParallelism()));
const seedMost = 2 ** 32 - 1;

export const help = `npm run simulate -- [flags]

  --seed 17         this seed alone, with its trace: what happened, step by step, and what is violated
  --seeds 2000      how many seeds
  --from 1          the first of them, 0 to ${seedMost}
  --most 5          stop after so many violated seeds
  --processes ${processesByDefault.padEnd(6)}how many run at the same time, 1 to 16
  --json            print what it came to as JSON

Runs the real handlers over stores, a queue and push services in memory, under a scheduler and clock that a seed drives: it draws what
fails, when, and who comes first. Checks after each that nothing accepted was lost. The exit code
is 1 when something is violated, 64 when a flag is wrong, 70 when the simulator itself failed, 130 after Ctrl-C.
`;

export type SimulationOptions = {
  /** This one alone. */
  readonly seed: number | undefined;
  readonly seeds: number;
  readonly from: number;
  readonly most: number;
  readonly processes: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const simulationOptions = (args: readonly string[]): SimulationOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      seeds: { type: "string", default: "2000" },
      from: { type: "string", default: "1" },
      most: { type: "string", default: "5" },
      processes: { type: "string", default: processesByDefault },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    seed: values.seed === undefined ? undefined : wholeNumber("seed", values.seed, 0, seedMost),
    seeds: wholeNumber("seeds", values.seeds, 1, 100_000_000),
    from: wholeNumber("from", values.from, 0, seedMost),
    most: wholeNumber("most", values.most, 1, 1_000_000),
    processes: wholeNumber("processes", values.processes, 1, 16),
    json: values.json,
    help: values.help,
  };
};
