import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- origins [flags]

  --rate 40          messages a second and side, at moments the same on each side, 1 to 1000
  --share 15         of a hundred messages, so many are for a device at the origin that hangs, too, 1 to 100
  --seconds 8        each round, 1 to 60
  --rounds 8         1 to 20
  --ungoverned       a third side: its fourth origin hangs, and nothing stands between
  --json             print the figures as JSON

Runs the delivery engine in this process, 32 messages at once as the host does, on stores in memory that take 5 ms a request, with the
real sender over TLS to local push services. Every message is for a device at one of three; a share also for one at a fourth, which on
one side answers and on the other hangs. Both sides run at the same time, so that what else the machine does falls on both alike, each with
an engine of its own, which each round begins anew and knows nothing of what hangs.
`;

export type OriginsOptions = {
  readonly rate: number;
  readonly share: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly ungoverned: boolean;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const originsOptions = (args: readonly string[]): OriginsOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rate: { type: "string", default: "40" },
      share: { type: "string", default: "15" },
      seconds: { type: "string", default: "8" },
      rounds: { type: "string", default: "8" },
      ungoverned: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    rate: wholeNumber("rate", values.rate, 1, 1_000),
    share: wholeNumber("share", values.share, 1, 100),
    seconds: wholeNumber("seconds", values.seconds, 1, 60),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    ungoverned: values.ungoverned,
    json: values.json,
    help: values.help,
  };
};
