import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

const axes = ["feed", "users", "devices"] as const;
export type Axis = (typeof axes)[number];

export const help = `npm run bench -- growth [flags]

  --axis all           feed, users, devices, or all of them one after another
  --feed 10000         notifications in the largest feed, 100 to 30000; beside feeds of 10 and of their geometric mean
  --users 100000       users of the largest service, 100 to 200000; beside services of 10 and of their geometric mean
  --azurite            feed and users on the local stack's tables instead of this process's memory: take smaller ones, say --feed 3000 --users 1000 --lives 300
  --lives 1000         of each size in each round, 10 to 5000: notifications that are accepted, delivered, listed, read by two deltas and beside
                       which an older one is changed
  --rounds 5           1 to 20
  --json               print the figures as JSON

Whether a notification costs the same in a large service as in a small one. The sizes live side by side in one process and have their turns in each
round; CPU is this process's. For feed and users nothing is encrypted or sent, so that what grows is not hidden behind it; what is asked of the tables
is counted apart, while nothing is timed. With Azurite even a bare read takes more of this process the larger the partition is: there a life counts
beside bare reads of the same partition. For devices (1 to 50 of one user) it is the handler of "delivery", with real encryption to the local push
service, and a delivery counts when its device could decrypt exactly what it was to be told.
`;

export type GrowthOptions = {
  readonly axes: readonly Axis[];
  readonly feed: number;
  readonly users: number;
  readonly azurite: boolean;
  readonly lives: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const growthOptions = (args: readonly string[]): GrowthOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      axis: { type: "string", default: "all" },
      feed: { type: "string", default: "10000" },
      users: { type: "string", default: "100000" },
      azurite: { type: "boolean", default: false },
      lives: { type: "string", default: "1000" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const chosen = axes.filter((axis) => values.axis === "all" || values.axis === axis);
  if (chosen.length === 0) throw new Error(`--axis must be all, ${axes.join(", ")}.`);
  return {
    axes: chosen,
    feed: wholeNumber("feed", values.feed, 100, 30_000),
    users: wholeNumber("users", values.users, 100, 200_000),
    azurite: values.azurite,
    lives: wholeNumber("lives", values.lives, 10, 5_000),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    json: values.json,
    help: values.help,
  };
};

/** The smallest, the one between by its ratio to both, and the largest. */
export const sizesTo = (largest: number): readonly [number, number, number] => [
  10,
  Math.round(Math.sqrt(10 * largest)),
  largest,
];
