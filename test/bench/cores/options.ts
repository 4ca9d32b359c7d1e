import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- cores [flags]

  --processes 2        that deliver side by side, 2 to 16
  --devices 20         of each user, all of whom a notification is for, 1 to 50
  --notifications n    of each side in each round, 2 to 20000; by default as many as make 4,000 pushes
  --rounds 5           1 to 20
  --at-once 64         pushes at once in each process, 1 to 500
  --json               print the figures as JSON

What more processors are good for while much waits: our handler as "delivery" runs it, in one process, and in several that share the work, as
instances do on Azure; beside them the one process held to one processor (by taskset), which is what "one processor's deliveries" are. In turns, over TLS to the local push service, which opens every push. The push service runs on the same processors: so
deliveries are told by the time for which the kernel says that our threads ran, and by the clock beside. At last the one process again under a profiler:
what part of its main thread encrypts, and so how much faster worker threads that do nothing else could make it.
`;

export type CoresOptions = {
  readonly processes: number;
  readonly devices: number;
  readonly notifications: number;
  readonly rounds: number;
  readonly atOnce: number;
  readonly json: boolean;
  readonly help: boolean;
};

const usualPushes = 4_000;

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const coresOptions = (args: readonly string[]): CoresOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      processes: { type: "string", default: "2" },
      devices: { type: "string", default: "20" },
      notifications: { type: "string" },
      rounds: { type: "string", default: "5" },
      "at-once": { type: "string", default: "64" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const devices = wholeNumber("devices", values.devices, 1, 50);
  const usual = String(Math.ceil(usualPushes / devices));
  return {
    processes: wholeNumber("processes", values.processes, 2, 16),
    devices,
    notifications: wholeNumber("notifications", values.notifications ?? usual, 2, 20_000),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    atOnce: wholeNumber("at-once", values["at-once"], 1, 500),
    json: values.json,
    help: values.help,
  };
};
