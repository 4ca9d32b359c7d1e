import type { LogLevel } from "./core-contract.ts";

/** Prints one line of the app's log: as it is, with the level in front when it is a warning or worse. */
export const printLog = (level: LogLevel, message: string): void => {
  switch (level) {
    case "warning":
      console.warn(`warn: ${message}`);
      break;
    case "error":
    case "critical":
      console.error(`error: ${message}`);
      break;
    case "trace":
    case "debug":
    case "none":
      break; // below the standard level of host.json's logging, as on Azure
    case "information":
      console.log(message);
      break;
  }
};

/** Tells that a function failed, with the error whole: where it came from is what its author wants to know. */
export const logFailure = (functionName: string, error: unknown): void => {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  printLog("error", `Function ${functionName} failed: ${told}`);
};
