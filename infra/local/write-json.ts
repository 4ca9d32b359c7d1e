import { randomBytes } from "node:crypto";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { privateFolder } from "./private-folder.ts";

/** Writes a file for its owner's eyes (mode 0600) at once: a reader sees the old contents or the new ones, never half. */
export const writeJson = async (path: string, value: unknown): Promise<void> => {
  await privateFolder(dirname(path));
  const unfinished = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(unfinished, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(unfinished, path);
};
