import { Command, CommanderError } from "commander";
import { addApps } from "./apps/apps.ts";
import { addAudit } from "./audit-list.ts";
import { addBackup } from "./backup/backup.ts";
import { addDeadLetters } from "./dead-letters.ts";
import { addDoctor } from "./doctor/doctor.ts";
import { addExplain } from "./explain.ts";
import { exitCodes, Failed, type ExitCode } from "./failed.ts";
import { addImport } from "./import.ts";
import { addKeys } from "./keys/keys.ts";
import { addQueue } from "./queue/queue.ts";
import { sentenceOf } from "./sentence.ts";
import { addSmoke } from "./smoke/smoke.ts";
import type { Surroundings } from "./surroundings.ts";
import { addUser } from "./user/user.ts";

const help = `
Where: the local stack of this folder (FANFARE_DATA_DIR names another's data), unless the environment has the app's own settings
ServiceBusConnection or ServiceBusConnection__fullyQualifiedNamespace, and TablesConnection or TablesConnection__endpoint. The
latter of each pair use your sign-in to Azure (az login).

Output: results on stdout, everything else on stderr. In scripts use npm run -s, for npm prints a heading of its own.

Exit codes: 0 done, 1 failed, 2 what was named is not there, 64 wrong usage, 130 interrupted.
`;

/** All commands. Parsing a command line acts on it; the runbook's are only parsed, by a test. */
export const programOf = (use: Surroundings): Command => {
  const program = new Command("npm run ops --")
    .description("The operator's commands for Fanfare.")
    .addHelpText("after", help)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => use.output.text(text.trimEnd()),
      writeErr: (text) => use.output.note(withoutValues(text.trimEnd())),
    });
  addDeadLetters(program, use); // commands inherit what was set above, so they come after it
  addExplain(program, use);
  addKeys(program, use);
  addImport(program, use);
  addApps(program, use);
  addQueue(program, use);
  addAudit(program, use);
  addBackup(program, use);
  addUser(program, use);
  addSmoke(program, use);
  addDoctor(program, use);
  return program;
};

/** What was given may be a secret in the wrong place, or endless: commander's errors quote it, to the terminal and to a pipeline's log. */
const withoutValues = (error: string): string =>
  error
    .replace(/ argument '[^]*' is invalid\. /, " is invalid. ")
    .replace(/command-argument value '[^]*' is invalid for argument /, "argument ")
    .replace(/unknown option '(-[^'=]{0,64})=[^]*'/, "unknown option '$1'");

/** Does what the command line says. Resolves to the exit code, whatever happens; the reason of a failure was told in one sentence. */
export const run = async (args: readonly string[], use: Surroundings): Promise<ExitCode> => {
  try {
    await programOf(use).parseAsync(args, { from: "user" });
    return use.stop.aborted ? exitCodes.interrupted : exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (use.stop.aborted && !(error instanceof Failed)) {
      use.output.note("Interrupted.");
      return exitCodes.interrupted;
    }
    use.output.note(sentenceOf(error));
    return error instanceof Failed ? error.exitCode : exitCodes.failed;
  }
};
