import { readdir, readFile, stat } from "node:fs/promises";
import { zipSync } from "fflate";

/** What .funcignore leaves to be deployed, beside the files for browsers. */
const deployed = [
  "dist/main.cjs",
  "dist/docs/swagger-ui-bundle.js",
  "dist/docs/swagger-ui.css",
  "host.json",
  "package.json",
] as const;

/** Bytes of the app's file, and of the zip a deployment uploads, at zlib's usual level. Reads the working directory. */
export const deployableSize = async (): Promise<{ readonly mainBytes: number; readonly zipBytes: number }> => {
  const client = (await readdir("dist/client")).filter((name) => !name.endsWith(".map"));
  const paths = [...deployed, ...client.map((name) => `dist/client/${name}`)];
  const files = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  return {
    mainBytes: (await stat("dist/main.cjs")).size,
    zipBytes: zipSync(Object.fromEntries(files), { level: 6 }).length,
  };
};
