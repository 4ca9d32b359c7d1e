import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { zipSync } from "fflate";

/** Bytes of the app's file, and of the zip a deployment uploads, at zlib's usual level. Reads the working directory. */
export const deployableSize = async (): Promise<{ readonly mainBytes: number; readonly zipBytes: number }> => {
  const folder = "dist/package";
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  return {
    mainBytes: (await stat(join(folder, "main.cjs"))).size,
    zipBytes: zipSync(Object.fromEntries(files), { level: 6 }).length,
  };
};
