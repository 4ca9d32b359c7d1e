import { parseArgs } from "node:util";
import { wholeNumber } from "../whole-number.ts";

export const help = `npm run bench -- contract [flags]

  --users 40         each with a feed of its own, 1 to 1000
  --posts 800        in each round, on each side, 1 to 20000: with a few hundred much is still being compiled
  --concurrency 4    requests at once, on both sides, 1 to 256 and at most half the users
  --rounds 5         each measures both sides, which take turns every few requests, 1 to 20
  --json             print the figures as JSON

Starts the whole local stack on free ports. One side posts notifications to the API; the floor under it makes the calls that a POST
cannot do without, from this process, by the SDKs as they come and in the same waves: the UNSID's row, then the feed's head and the
alias, then one transaction of four rows, then one message. Both write the same feeds, and the app works off both sides' messages.
`;

export type ContractOptions = {
  readonly users: number;
  readonly posts: number;
  readonly concurrency: number;
  readonly rounds: number;
  readonly json: boolean;
  readonly help: boolean;
};

/** Reads the flags. Throws a sentence when one is unknown or out of bounds. */
export const contractOptions = (args: readonly string[]): ContractOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: "40" },
      posts: { type: "string", default: "800" },
      concurrency: { type: "string", default: "4" },
      rounds: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const users = wholeNumber("users", values.users, 1, 1_000);
  // Writers of one feed meet at its head: two of the same user at once would measure that instead.
  const atOnceMost = Math.min(256, Math.max(1, Math.floor(users / 2)));
  return {
    users,
    posts: wholeNumber("posts", values.posts, 1, 20_000),
    concurrency: wholeNumber("concurrency", values.concurrency, 1, atOnceMost),
    rounds: wholeNumber("rounds", values.rounds, 1, 20),
    json: values.json,
    help: values.help,
  };
};
