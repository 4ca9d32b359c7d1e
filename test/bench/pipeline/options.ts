import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- pipeline [flags]

  --users 50            who have devices, 1 to 1000
  --devices 3           of each user, 1 to 50
  --notifications 600   in each round, 1 to 20000, and at least four times as many as may be ahead; each goes to all devices of one user
  --concurrency 32      requests at once, on both sides, 1 to 256
  --ahead 64            notifications accepted and not yet at all their devices, at most, 1 to 5000
  --rounds 5            each measures both sides, and they take turns in being first, 1 to 20
  --against plain       or floor, which is standard with one device
  --durable             the stack keeps its state on disk, as npm start does; without, in memory
  --json                print the figures as JSON

Starts the whole local stack on free ports. One side posts notifications to the API and waits until each device has each. The other is
a plain loop: as many pushes of the same size to the same devices by web-push's sendNotification. Or it is the floor: what the service
asks of tables, bus and push service for a notification, asked by this process directly, without HTTP, app or rules. Both sides use one
push service, and the floor the same tables and the same bus.
`;

/** What the API is compared with. */
type Other = "plain" | "floor";

export type PipelineOptions = {
  readonly users: number;
  readonly devices: number;
  readonly notifications: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly ahead: number;
  readonly against: Other;
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
      ahead: { type: "string", default: "64" },
      rounds: { type: "string", default: "5" },
      against: { type: "string" },
      durable: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const devices = wholeNumber("devices", values.devices, 1, 50);
  const notifications = wholeNumber("notifications", values.notifications, 1, 20_000);
  return {
    users: wholeNumber("users", values.users, 1, 1_000),
    devices,
    notifications,
    concurrency: wholeNumber("concurrency", values.concurrency, 1, 256),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    ahead: wholeNumber("ahead", values.ahead, 1, Math.min(5_000, Math.floor(notifications / 4))),
    against: otherOf(values.against ?? (devices === 1 ? "floor" : "plain")),
    durable: values.durable,
    json: values.json,
    help: values.help,
  };
};

const otherOf = (text: string): Other => {
  if (text === "plain" || text === "floor") return text;
  throw new Error("--against must be plain or floor.");
};
