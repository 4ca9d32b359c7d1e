import { stat } from "node:fs/promises";
import { exitCodes, Failed } from "./failed.ts";

/**
 * Throws `Failed` when something is there that is no file. Whoever opens a pipe that nobody is at the other end of waits for ever, and neither that nor a
 * device can be read twice. What is not there passes: who opens it finds that out.
 */
export const mustBeFile = async (
  path: string,
  sentence = "is no file, but a folder, a pipe or a device.",
): Promise<void> => {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) throw new Failed(`${path} ${sentence}`, exitCodes.usage);
};
