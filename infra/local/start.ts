import { fileURLToPath } from "node:url";
import { CannotStart, cannotStartExitCode } from "./cannot-start.ts";
import { flagsOf, help } from "./supervisor/flags.ts";
import { partNames } from "./supervisor/parts.ts";
import { printer } from "./supervisor/printer.ts";
import { runStack } from "./supervisor/run-stack.ts";
import { stopSignals } from "./supervisor/stop-signals.ts";

/** `npm start`: runs the local stack until Ctrl-C. */
const main = async (): Promise<number> => {
  const flags = flagsOf(process.argv.slice(2));
  if (flags.help) {
    console.log(help);
    return 0;
  }
  return runStack({
    flags,
    env: process.env,
    print: printer(["fanfare", ...partNames], process.stdout, process.stderr),
    programs: fileURLToPath(new URL(".", import.meta.url)),
    projectRoot: process.cwd(),
    ...stopSignals(),
  });
};

process.exitCode = await main().catch((error: unknown) => {
  const told = error instanceof CannotStart;
  console.error(told ? error.message : error);
  return told ? cannotStartExitCode : 1;
});
// The handles that wait for signals and pipes need not be waited for.
process.exit();
