import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- backlog [flags]

  --notifications 50000   that wait on the queue at the start, 100 to 200000; each goes to one device
  --users 200             whose they are, 1 to 1000
  --untroubled            nothing slows meanwhile. Without, push service, tables and bus take turns in it, a few seconds in twenty
  --json                  print the figures as JSON

Starts the whole local stack on free ports, keeping its state in memory, and fills queue and tables at once. While the functions host
works it off, the memory of its process (RSS) is looked at every second. Flat means: the median of its last third is at most 1.15
times that of the second. The most must not be above 300 MB.
`;

export type BacklogOptions = {
  readonly notifications: number;
  readonly users: number;
  readonly untroubled: boolean;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const backlogOptions = (args: readonly string[]): BacklogOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      notifications: { type: "string", default: "50000" },
      users: { type: "string", default: "200" },
      untroubled: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  return {
    notifications: wholeNumber("notifications", values.notifications, 100, 200_000),
    users: wholeNumber("users", values.users, 1, 1_000),
    untroubled: values.untroubled,
    json: values.json,
    help: values.help,
  };
};
