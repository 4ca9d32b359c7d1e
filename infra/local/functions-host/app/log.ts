import type { LogLevel } from "./core-contract.ts";
import { gatheredLines } from "./gathered-lines.ts";

/** One process has one. Whatever ends it, short of a SIGKILL, ends with what was still to be written. */
const told = gatheredLines((text) => process.stdout.write(text));
process.on("exit", told.flush);

/** Prints one line of the app's log: as it is, with the level in front when it is a warning or worse, which are written at once. */
export const printLog = (level: LogLevel, message: string): void => {
  switch (level) {
    case "warning":
      told.flush();
      console.warn(`warn: ${message}`);
      break;
    case "error":
    case "critical":
      told.flush();
      console.error(`error: ${message}`);
      break;
    case "trace":
    case "debug":
    case "none":
      break; // below the standard level of host.json's logging, as on Azure
    case "information":
      told.add(message);
      break;
  }
};

/** Tells that a function failed, with the error whole: where it came from is what its author wants to know. */
export const logFailure = (functionName: string, error: unknown): void => {
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printLog("error", `Function ${functionName} failed: ${said}`);
};
