import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- latency [flags]

  --users 50           who have devices, 1 to 1000
  --devices 3          of each user, 1 to 50
  --seconds 15         each measurement, 2 to 600
  --step-seconds 8     each try at a load, 2 to 600
  --rounds 5           each measures at both loads, which take turns in being first, 1 to 20
  --json               print the figures as JSON

In each round starts the whole local stack on free ports, its state in memory and empty, and finds the load it sustains: notifications a second at which every one
is accepted and arrives, and those due in the last quarter of a try are at their devices at most 150 ms later than those of the first.
The first try is at what arrives a second when 32 requests are made at once; each next one a tenth higher, or lower, until it turns.
Then it measures at 50 and at 70 % of that. Requests begin on a fixed schedule, answered or not what came before, and count from when they
were due: a service that stalls is charged for all who came meanwhile.
`;

export type LatencyOptions = {
  readonly users: number;
  readonly devices: number;
  readonly seconds: number;
  readonly stepSeconds: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const latencyOptions = (args: readonly string[]): LatencyOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: "50" },
      devices: { type: "string", default: "3" },
      seconds: { type: "string", default: "15" },
      "step-seconds": { type: "string", default: "8" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    users: wholeNumber("users", values.users, 1, 1_000),
    devices: wholeNumber("devices", values.devices, 1, 50),
    seconds: wholeNumber("seconds", values.seconds, 2, 600),
    stepSeconds: wholeNumber("step-seconds", values["step-seconds"], 2, 600),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    json: values.json,
    help: values.help,
  };
};
