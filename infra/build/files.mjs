import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** A file's bytes; undefined when there is no such file. */
export const read = (path) => readFile(path).catch(() => undefined);

/** Of pairs of a name and a path below the root, those whose file is there, as the compiler wants its entry points. */
export const existing = async (pairs) => {
  const found = await Promise.all(
    pairs.map(async ([name, path]) => ((await read(join(root, path))) === undefined ? [] : [[name, join(root, path)]])),
  );
  return Object.fromEntries(found.flat());
};

/** Files are replaced atomically and only when they changed, so a stack that runs meanwhile never reads half a file. */
export const replace = async ({ path, contents }) => {
  const before = await read(path);
  if (before?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.tmp`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
};
