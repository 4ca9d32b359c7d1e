import { readFile, stat } from "node:fs/promises";
import { zipSync } from "fflate";

/** What .funcignore leaves to be deployed. */
const deployed = [
  "dist/main.cjs",
  "dist/docs/swagger-ui-bundle.js",
  "dist/docs/swagger-ui.css",
  "host.json",
  "package.json",
] as const;

/** Bytes of the app's file, and of the zip a deployment uploads, at zlib's usual level. Reads the working directory. */
export const deployableSize = async (): Promise<{ readonly mainBytes: number; readonly zipBytes: number }> => {
  const files = await Promise.all(deployed.map(async (path) => [path, await readFile(path)] as const));
  return {
    mainBytes: (await stat("dist/main.cjs")).size,
    zipBytes: zipSync(Object.fromEntries(files), { level: 6 }).length,
  };
};
