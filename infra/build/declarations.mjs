// The client's type declarations, `dist/client/fanfare.d.ts`. The compiler takes seconds for them, so it runs only when a source has
// changed, and as a process of its own beside the other builds: this file is both, who asks and who answers.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { read, root } from "./files.mjs";

const sources = join(root, "shared/client");
const path = join(root, "dist/client/fanfare.d.ts");

/** The file; none when the sources' types are wrong, which is told: everything else is built and runs all the same. */
export const declarations = async () => {
  const lastLine = `// Of the sources ${await hashOfSources()}\n`;
  const before = await read(path);
  if (before?.toString().endsWith(lastLine)) return [{ path, contents: before }];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url)], { cwd: root });
    return [{ path, contents: Buffer.from(stdout + lastLine) }];
  } catch ({ stderr }) {
    console.warn(`The client's type declarations are not built:\n${stderr}`);
    return [];
  }
};

const hashOfSources = async () => {
  const names = await readdir(sources, { recursive: true });
  const hash = createHash("sha256");
  for (const name of names.filter((one) => /\.(ts|json)$/.test(one)).toSorted()) {
    hash.update(`${name}\n`).update(await readFile(join(sources, name)));
  }
  return hash.digest("hex").slice(0, 16);
};

const print = async () => {
  const { generateDtsBundle } = await import("dts-bundle-generator");
  const entry = { filePath: join(sources, "fanfare.ts"), output: { noBanner: true, exportReferencedTypes: false } };
  const [text] = generateDtsBundle([entry], { preferredConfigPath: join(sources, "tsconfig.json") });
  process.stdout.write(text);
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) await print();
