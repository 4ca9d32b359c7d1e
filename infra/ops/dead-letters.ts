import { InvalidArgumentError, type Command } from "commander";
import { systemClock } from "../../shared/clock.ts";
import { busDeadLetters } from "../../shared/fanout/dead-letters.bus.ts";
import type { DeadLetter } from "../../shared/fanout/dead-letters.ts";
import { connected } from "./connect.ts";
import { discard, replay, type Chosen, type Clear } from "./dead-letters-cleared.ts";
import { asRow, asRecord, rowHeads } from "./dead-letters-told.ts";
import { addExamplesOf } from "./examples.ts";
import { exitCodes, Failed } from "./failed.ts";
import { wholeNumber } from "./option-values.ts";
import type { Surroundings } from "./surroundings.ts";
import { textList, textTable } from "./text-table.ts";

const about = `
A dead letter is a message of the queue that failed ten times: some devices were not told. Nothing takes it from there but you.
Mend the cause, then replay. Repeating a replay is harmless, and what it tells twice a device shows once. One about no notification
("none" in the list) was sent by somebody else, or by another version of Fanfare: a replay fails as before until this one can read it.

Examples:
  npm run ops -- dead-letters list
  npm run ops -- dead-letters show 42
  npm run ops -- dead-letters replay 42 43
  npm run ops -- dead-letters replay --all
  npm run -s ops -- dead-letters list --json | jq -r .reason | sort | uniq -c
  npm run -s ops -- dead-letters discard 42 --yes --json
`;

const json = ["--json", "answer in JSON, a line for each dead letter"] as const;
const all = ["--all", "all that are there when the command begins"] as const;
const sequenceHelp = "its number, as the list tells it";

type ListOptions = { readonly limit: number; readonly json?: true };
type ShowOptions = { readonly json?: true };
type ClearOptions = { readonly all?: true; readonly yes?: true; readonly json?: true };

/** `dead-letters list|show|replay|discard`. */
export const addDeadLetters = (program: Command, use: Surroundings): void => {
  const group = program
    .command("dead-letters")
    .description("messages that could not be processed: look, send them again, remove them")
    .addHelpText("after", about);

  group
    .command("list")
    .description("tell what is there; takes nothing")
    .option("--limit <count>", "at most so many", wholeNumber, 1_000)
    .option(...json)
    .action((options: ListOptions) => list(use, options));
  group
    .command("show")
    .description("tell everything about one; takes nothing")
    .argument("<sequence>", sequenceHelp, sequenceNumber)
    .option(...json)
    .action((sequence: string, options: ShowOptions) => show(use, sequence, options));

  const clearing = (verb: string, description: string, clear: Clear): Command =>
    group
      .command(verb)
      .description(description)
      .argument("[sequence...]", sequenceHelp, (text, before: readonly string[] | undefined) => [
        ...(before ?? []),
        sequenceNumber(text),
      ])
      .option(...all)
      .option(...json)
      .action((sequences: readonly string[] | undefined, options: ClearOptions, command: Command) =>
        clear(use, { ...options, chosen: chosenOf(sequences ?? [], options, command) }),
      );
  clearing("replay", "send them again, each as it was", replay);
  clearing("discard", "remove them for good; asks before it does", discard).option("--yes", "do not ask");
  addExamplesOf(group, about);
};

const chosenOf = (sequences: readonly string[], options: ClearOptions, command: Command): Chosen => {
  const isAll = options.all === true;
  if (isAll === sequences.length > 0) command.error("error: name dead letters by their numbers, or all with --all");
  return isAll ? "all" : sequences;
};

/** 64 bits at most, and written as the broker's number is: it is compared as a text. */
const sequenceNumber = (text: string): string => {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError("It is a number, as the list tells it.");
  return BigInt(text).toString();
};

const list = (use: Surroundings, { limit, json }: ListOptions): Promise<void> =>
  connected(use, async ({ bus, place }) => {
    const found: DeadLetter[] = [];
    let isMore = false;
    for await (const letter of busDeadLetters(bus(), systemClock).all({ stop: use.stop })) {
      isMore = found.length === limit;
      if (isMore) break;
      found.push(letter);
      if (json) use.output.json(asRecord(letter, systemClock.now()));
    }
    if (found.length === 0) use.output.note(`There are no dead letters in ${place}.`);
    else if (!json)
      use.output.text(
        textTable(
          rowHeads,
          found.map((letter) => asRow(letter, systemClock.now())),
        ),
      );
    if (isMore) use.output.note(`There are more than ${limit}: --limit tells how many to show.`);
  });

const show = (use: Surroundings, sequence: string, { json }: ShowOptions): Promise<void> =>
  connected(use, async ({ bus, place }) => {
    for await (const letter of busDeadLetters(bus(), systemClock).all({ stop: use.stop })) {
      if (letter.sequence !== sequence) continue;
      const record = asRecord(letter, systemClock.now());
      if (json) use.output.json(record);
      else use.output.text(textList(record));
      return;
    }
    throw new Failed(`There is no dead letter ${sequence} in ${place}.`, exitCodes.nothingMatched);
  });
