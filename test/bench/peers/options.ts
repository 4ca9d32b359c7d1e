import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- peers [flags]

  --devices 1,3,20            of each user; each number is measured by itself, 1 to 50
  --users 20                  who have them, 1 to 500
  --deliveries 2000           of each side in each round, 50 to 20000; by 100 notifications at least
  --concurrency 32            requests at once, 1 to 256
  --rounds 5                  each measures all sides, which take turns in being first, 1 to 20
  --redis-server redis-server the program; where there is none, the peers that need it are skipped
  --durable                   all sides keep their state on disk (Redis: appendonly yes); without, in memory
  --json                      print the figures as JSON

One job for all: accept a notification by HTTP, keep it, bring it to all browsers of the user, through one local push service that opens each
push. Ours is the whole local stack; beside it Express + BullMQ + Redis with web-push, the same with node-pushnotifications, and, for what a
queue and a store cost, Express + node-pushnotifications without either. Their packages are installed on first use, into dist/peers.
CPU is read from /proc: Linux only.
`;

export type PeersOptions = {
  readonly devices: readonly number[];
  readonly users: number;
  readonly deliveries: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly redisServer: string;
  readonly durable: boolean;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const peersOptions = (args: readonly string[]): PeersOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: "string", default: "1,3,20" },
      users: { type: "string", default: "20" },
      deliveries: { type: "string", default: "2000" },
      concurrency: { type: "string", default: "32" },
      rounds: { type: "string", default: "5" },
      "redis-server": { type: "string", default: "redis-server" },
      durable: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    devices: values.devices.split(",").map((text) => wholeNumber("devices", text, 1, 50)),
    users: wholeNumber("users", values.users, 1, 500),
    deliveries: wholeNumber("deliveries", values.deliveries, 50, 20_000),
    concurrency: wholeNumber("concurrency", values.concurrency, 1, 256),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    redisServer: values["redis-server"],
    durable: values.durable,
    json: values.json,
    help: values.help,
  };
};
