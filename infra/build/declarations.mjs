// The client's type declarations, `dist/client/*.d.ts`, one for each script that an app loads by name. The compiler takes a second for
// them, so it runs only when a source has changed, and as a process of its own beside the other builds: this file is both, who asks and
// who answers.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { read, root } from "./files.mjs";

const sources = join(root, "shared/client");
/** As the sources have it, but nothing is checked: that is `npm run types`, and would take as long again. */
const config = fileURLToPath(new URL("declarations.tsconfig.json", import.meta.url));

const asItIs = (text) => text;
/** For a classic script: what it exports are the members of a global. `declare` stands before the whole, and must not within. */
const asNamespace = (name) => (text) =>
  `declare namespace ${name} {\n${text.replaceAll(/^(export )?declare /gm, "$1")}}\n`;

const scripts = {
  "fanfare.d.ts": { entry: "fanfare.ts", written: asItIs },
  // It says what it adds to the page's own elements and events.
  "fanfare-inbox.d.ts": { entry: "inbox/fanfare-inbox.ts", written: asItIs, inlineDeclareGlobals: true },
  "fanfare-service-worker.d.ts": { entry: "fanfare-service-worker.ts", written: asNamespace("fanfare") },
};

const pathOf = (name) => join(root, "dist/client", name);

/** The files; none when the compiler fails, which is told: everything else is built and runs all the same. */
export const declarations = async () => {
  const lastLine = `// Of the sources ${await hashOfSources()}\n`;
  const before = await Promise.all(
    Object.keys(scripts).map(async (name) => ({ path: pathOf(name), contents: await read(pathOf(name)) })),
  );
  if (before.every(({ contents }) => contents?.toString().endsWith(lastLine))) return before;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url)], { cwd: root });
    return Object.entries(JSON.parse(stdout)).map(([name, text]) => ({
      path: pathOf(name),
      contents: Buffer.from(text + lastLine),
    }));
  } catch ({ stderr }) {
    console.warn(`The client's type declarations are not built:\n${stderr}`);
    return [];
  }
};

/** Also of what says how they are made: this file, and the compiler's options. */
const hashOfSources = async () => {
  const names = await readdir(sources, { recursive: true });
  const paths = names.filter((one) => /\.(ts|json)$/.test(one)).map((name) => join(sources, name));
  const hash = createHash("sha256");
  for (const path of [...paths.toSorted(), fileURLToPath(import.meta.url), config]) {
    hash.update(`${path.slice(root.length)}\n`).update(await readFile(path));
  }
  return hash.digest("hex").slice(0, 16);
};

/** Writes what has been made of the sources, by name. */
const print = async () => {
  const { generateDtsBundle } = await import("dts-bundle-generator");
  const entries = Object.values(scripts).map(({ entry, inlineDeclareGlobals = false }) => ({
    filePath: join(sources, entry),
    output: { noBanner: true, exportReferencedTypes: false, inlineDeclareGlobals },
  }));
  const texts = generateDtsBundle(entries, { preferredConfigPath: config });
  const made = Object.entries(scripts).map(([name, { written }], index) => [name, written(texts[index])]);
  process.stdout.write(JSON.stringify(Object.fromEntries(made)));
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) await print();
