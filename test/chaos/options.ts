import { parseArgs } from "node:util";
import { wholeNumber } from "../bench/whole-number.ts";

export const help = `npm run chaos -- [flags]

  --seconds 120   how long callers post while parts are killed and pushes fail, 10 to 1800
  --rate 10       posts a second, 1 to 50
  --seed N        draws who posts what when, every kill and every fault; without it a new one is taken and printed
  --keep          keep the data directory also when nothing is wrong

Starts the whole local stack on free ports, in a data directory of its own, with retries after seconds. While callers post, devices
register anew and the push service answers 503, 429, 410, breaks connections, hangs and dawdles, the functions host and
the Service Bus emulator are killed again and again. Then all that ends, the queue runs empty, and every notification that was
accepted is looked for on every device it was for, as the device decrypted it.
The exit code is 1 when anything was lost or shown twice; then the data directory is kept and named. It is 64 when a flag is wrong.
`;

export type ChaosOptions = {
  readonly seconds: number;
  readonly rate: number;
  readonly seed: number;
  readonly keep: boolean;
  readonly help: boolean;
};

const seedMost = 999_999_999;

/** Reads the flags; `anySeed` is taken without `--seed`. Throws a sentence when one is unknown or out of bounds. */
export const chaosOptions = (args: readonly string[], anySeed: number): ChaosOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "120" },
      rate: { type: "string", default: "10" },
      seed: { type: "string", default: String(anySeed % (seedMost + 1)) },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    seconds: wholeNumber("seconds", values.seconds, 10, 1_800),
    rate: wholeNumber("rate", values.rate, 1, 50),
    seed: wholeNumber("seed", values.seed, 0, seedMost),
    keep: values.keep,
    help: values.help,
  };
};
