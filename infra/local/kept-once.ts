import { randomBytes } from "node:crypto";
import { link, readFile, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { CannotStart, errorCode } from "./cannot-start.ts";
import { privateFolder } from "./private-folder.ts";

/**
 * Reads what a data directory keeps in this file (mode 0600), or makes it, once and for all. Parts that start at the same moment agree: the
 * first complete file wins, whoever wrote it. Throws `CannotStart` when the file is there but unreadable as such.
 */
export const keptOnce = async <T>(path: string, schema: z.ZodType<T>, make: () => unknown): Promise<T> => {
  await privateFolder(join(path, ".."));
  const found = await read(path, schema);
  if (found !== undefined) return found;
  const unfinished = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(unfinished, `${JSON.stringify(make(), null, 2)}\n`, { mode: 0o600 });
  // link() fails if the name exists, which rename() would not: nobody's keys are replaced behind their back.
  await link(unfinished, path).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
  await unlink(unfinished);
  return (await read(path, schema)) ?? keptOnce(path, schema, make);
};

const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new CannotStart(`${path} is damaged. Delete the data directory to start afresh.`);
  }
};
