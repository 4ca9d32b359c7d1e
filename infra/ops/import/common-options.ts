import { InvalidArgumentError, type Command } from "commander";
import { exitCodes, Failed } from "../failed.ts";
import { concurrency } from "../option-values.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Entry } from "./entry.ts";
import { importDump, type Dump, type ImportOptions } from "./import-dump.ts";
import type { Found } from "./records.file.ts";

/** What both kinds of imports are given on the command line. */
export type CommonOptions = ImportOptions & { readonly userIsObjectId?: true };

/** Adds them to a command, and what its help tells after them. */
export const withCommonOptions = (command: Command, help: string): Command =>
  command
    .argument("<file>", "the dump")
    .requiredOption("--app <targetHostName>", "the app, as it is registered")
    .option("--users <file>", "who the users are: user, tenantId, objectId, upn")
    .option("--user-is-object-id", "the dump calls users by their object ids")
    .option("--tenant <id>", "the tenant of users of whom nothing else says it")
    .option("--dry-run", "look, and write nothing")
    .option("--report <file>", "what became of each entry, with its UNSID; for your eyes only, and read again to go on")
    .option("--replace", "give devices that have another channel here already the dump's")
    .option("--concurrency <count>", "so many at once, 64 at most", concurrency, 16)
    .option("--json", "a line of JSON for each entry that is refused, and one that sums up")
    .addHelpText("after", help);

/** The entries of a dump, made of what is found in its file. */
export async function* entriesOf(
  found: AsyncIterable<Found>,
  read: (value: unknown) => Entry["understood"],
): AsyncGenerator<Entry> {
  for await (const { line, value } of found) yield { line, understood: read(value) };
}

/** Imports a dump, once the options go together. Throws `Failed` when they do not. */
export const begin = async (use: Surroundings, options: CommonOptions, dump: Dump): Promise<void> => {
  if ((options.users === undefined) !== (options.userIsObjectId === true)) {
    throw new Failed("Say who the users are: --users or --user-is-object-id, one of them.", exitCodes.usage);
  }
  if ((options.report === undefined) !== (options.dryRun === true)) {
    throw new Failed("Give --dry-run to look, or --report to import: the report has the UNSIDs.", exitCodes.usage);
  }
  await importDump(use, dump, options);
};

/** The value of an option that is a VAPID public key, in either alphabet of base64, padded or not. */
export const publicKey = (text: string): string => {
  const key = Buffer.from(text, "base64url");
  if (key.length !== 65 || key[0] !== 4) {
    throw new InvalidArgumentError("It is an uncompressed P-256 public key, base64url.");
  }
  return key.toString("base64url");
};
