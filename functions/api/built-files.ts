import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** A folder of files that the build puts beside the bundle; run from its sources, the app finds them where the build put them. */
export const builtFolder = (name: "docs" | "client"): string => {
  const beside = join(import.meta.dirname, name);
  return existsSync(beside) ? beside : join(import.meta.dirname, "../../dist", name);
};

/** A built file's text; undefined when the build has left it out. `name` is one of ours, never a caller's: it may lead anywhere. */
export const readBuilt = async (folder: string, name: string): Promise<string | undefined> => {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

/** What a browser has to take a built file for, by its name. */
export const typeOfBuilt = (name: string): string => types[extname(name)] ?? "text/plain;charset=utf-8";

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript;charset=utf-8",
  ".mjs": "text/javascript;charset=utf-8",
  ".css": "text/css;charset=utf-8",
  ".map": "application/json",
};
