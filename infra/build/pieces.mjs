// Pieces of programs that are built in pieces (esbuild's `splitting`). Their names tell their contents, so each build of other sources makes others.
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";

export const isPiece = (path) => /-[\dA-Z]{8}\.mjs(\.map)?$/.test(path);

/** Marks pieces as used now. A file that did not change is not written again, and would seem to be as old as its contents. */
export const stillUsed = async (paths, now = new Date()) => {
  await Promise.all(paths.map((path) => utimes(path, now, now)));
};

/** Programs of an earlier build that still run may want theirs: most are started and stopped within a day. */
const keptMs = 24 * 3_600_000;

/** Takes away the pieces under a folder that are not among these paths, and were used by no build for a day. */
export const removeOldPieces = async (folder, paths, now = Date.now()) => {
  const used = new Set(paths);
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const others = found
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => isPiece(path) && !used.has(path));
  await Promise.all(
    others.map(async (path) => {
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now })); // another build took it
      if (mtimeMs < now - keptMs) await rm(path, { force: true });
    }),
  );
};
