import { text } from "node:stream/consumers";
import { exitCodes, Failed } from "./failed.ts";
import type { Surroundings } from "./surroundings.ts";

/** All that is piped into a command. Throws `Failed` where nothing is: at a terminal it would wait for ever, and a secret be typed. */
export const pipedInto = ({ stdin }: Pick<Surroundings, "stdin">, what: string): Promise<string> => {
  if (stdin !== undefined) return stdin();
  if (process.stdin.isTTY) throw new Failed(`Pipe ${what} into this command.`, exitCodes.usage);
  return text(process.stdin);
};
