import { CommanderError, type Command } from "commander";
import { outputTo } from "../../../infra/ops/output.ts";
import { programOf } from "../../../infra/ops/run.ts";

/** A quoted command line. */
export type Quoted = {
  /** As a shell would take them apart; `<of these>` one is one, spaces and all. */
  readonly args: readonly string[];
  /** A command that is named in a sentence or a table, without options: it may lack what it needs. */
  readonly isNamed: boolean;
};

/** Each `npm run ops -- …` of a text. */
export const quotedOps = (text: string): readonly Quoted[] =>
  [...text.matchAll(/(`?)npm run (?:-s )?ops --(?= )/g)]
    .map(({ index, 0: begin, 1: quote }) => {
      const args = argumentsAt(text, index + begin.length);
      return { args, isNamed: quote === "`" && !args.some((arg) => arg.startsWith("-")) };
    })
    .filter(({ args }) => args.join(" ") !== "…");

const argument = / +((?:<[^>\n]*>|"[^"\n]*"|'[^'\n]*'|[^\s`"'|;&<>()#])+)/y;

const argumentsAt = (text: string, at: number): readonly string[] => {
  const found: string[] = [];
  argument.lastIndex = at;
  for (let match = argument.exec(text); match; match = argument.exec(text)) {
    found.push((match[1] ?? "").replaceAll(/^["']|["']$/g, ""));
  }
  return found;
};

/** What stands for a value of the reader's own: `<id>`, `NUMBER`, `5b1c…`, `"$ID"`. No command can judge it. */
const isPlaceholder = (arg: string): boolean => /[<…$]/.test(arg) || /^[A-Z][A-Z_]+$/.test(arg);

const silent = { write: () => undefined };
const output = outputTo(silent, silent);
const program = (): Command => programOf({ env: {}, output, ask: undefined, stop: new AbortController().signal });

export const commandNames: readonly string[] = program().commands.map((command) => command.name());

/** Why the commands would not take such a line; undefined if they would. Nothing is done. */
const refusal = async ({ args, isNamed }: Quoted): Promise<string | undefined> => {
  const parser = program();
  withoutActs(parser);
  try {
    await parser.parseAsync(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return undefined;
    if (isNamed && lacking.has(error.code)) return undefined;
    if (error.code === "commander.invalidArgument" && args.some(isPlaceholder)) return undefined;
    return `${args.join(" ")}: ${error.message}`;
  }
};

/** The refusals of a text. */
export const refusalsIn = async (text: string): Promise<readonly string[]> =>
  (await Promise.all(quotedOps(text).map(refusal))).filter((one) => one !== undefined);

/** Arguments, an option that must be there, a command of a group. */
const lacking = new Set(["commander.missingArgument", "commander.missingMandatoryOptionValue", "commander.help"]);

const withoutActs = (command: Command): void => {
  command.commands.forEach(withoutActs);
  if (command.commands.length === 0) command.action(() => undefined);
};
