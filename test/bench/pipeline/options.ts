import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- pipeline [flags]

  --users 50            who have devices, 1 to 1000
  --devices 3           of each user, 1 to 50
  --notifications 600   in each round, 1 to 20000; each goes to all devices of one user
  --concurrency 32      requests at once, on both sides, 1 to 256
  --rounds 3            each measures both sides, and they take turns in being first, 1 to 20
  --durable             the stack keeps its state on disk, as npm start does; without, in memory
  --json                print the figures as JSON

Starts the whole local stack on free ports. One side posts notifications to the API and waits until each device has each; the
other sends as many pushes of the same size to the same devices by web-push's sendNotification. Both use one push service.
`;

export type PipelineOptions = {
  readonly users: number;
  readonly devices: number;
  readonly notifications: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly durable: boolean;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const pipelineOptions = (args: readonly string[]): PipelineOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: "50" },
      devices: { type: "string", default: "3" },
      notifications: { type: "string", default: "600" },
      concurrency: { type: "string", default: "32" },
      rounds: { type: "string", default: "3" },
      durable: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    users: wholeNumber("users", values.users, 1, 1_000),
    devices: wholeNumber("devices", values.devices, 1, 50),
    notifications: wholeNumber("notifications", values.notifications, 1, 20_000),
    concurrency: wholeNumber("concurrency", values.concurrency, 1, 256),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    durable: values.durable,
    json: values.json,
    help: values.help,
  };
};
