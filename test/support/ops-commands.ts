import type { Command } from "commander";
import { outputTo } from "../../infra/ops/output.ts";
import { programOf } from "../../infra/ops/run.ts";

/** A command that acts, as opposed to a group of commands, and the words it is called by. */
export type Leaf = { readonly words: readonly string[]; readonly command: Command };

const silent = { write: () => undefined };
const program = (): Command =>
  programOf({ env: {}, output: outputTo(silent, silent), ask: undefined, stop: new AbortController().signal });

/** Every operator's command that acts. */
export const leaves = (): readonly Leaf[] => leavesOf(program(), []);

const leavesOf = (command: Command, words: readonly string[]): readonly Leaf[] =>
  command.commands.length === 0
    ? [{ words, command }]
    : command.commands.flatMap((one) => leavesOf(one, [...words, one.name()]));

/** Every group of commands, the program itself among them. */
export const groups = (): readonly (readonly string[])[] => groupsOf(program(), []);

const groupsOf = (command: Command, words: readonly string[]): readonly (readonly string[])[] =>
  command.commands.length === 0
    ? []
    : [words, ...command.commands.flatMap((one) => groupsOf(one, [...words, one.name()]))];

/** Which command a command line calls, in its words: `dead-letters replay`. */
export const calledBy = (args: readonly string[]): string => {
  const words: string[] = [];
  for (let command: Command | undefined = program(); command;) {
    const word: string | undefined = args[words.length];
    command = command.commands.find((one) => one.name() === word);
    if (command && word !== undefined) words.push(word);
  }
  return words.join(" ");
};
