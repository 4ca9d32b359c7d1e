// Terser takes five seconds of a processor for what browsers load, which seldom changes: what it made is kept beside the packages, and
// made anew when the script, or Terser, is another.
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { minify } from "terser";
import { read, replace, root } from "./files.mjs";

const { version } = createRequire(import.meta.url)("terser/package.json");
const kept = join(root, "node_modules/.cache/fanfare/minified");

/** Said to esbuild by its own rules, and again by Terser's: each sees what the other does not. The source maps follow. */
export const minifiedTwice = {
  name: "minified twice",
  setup: ({ initialOptions: { format }, onEnd }) =>
    onEnd(async ({ outputFiles = [] }) => {
      for (const script of outputFiles.filter(({ path }) => /\.m?js$/.test(path))) {
        const map = outputFiles.find(({ path }) => path === `${script.path}.map`);
        const made = await madeOrKept({ path: script.path, text: script.text, map: map?.text, format });
        script.contents = Buffer.from(made.code);
        if (map) map.contents = Buffer.from(made.map);
      }
    }),
};

const madeOrKept = async (script) => {
  const options = {
    module: script.format === "esm",
    ecma: 2022,
    // `x === "ok"` stays as it is written: the same wherever it stands, which is what compresses.
    compress: { lhs_constants: false },
  };
  const { path, text, map } = script;
  const hash = createHash("sha256")
    .update(JSON.stringify([version, options, text, map]))
    .digest("hex");
  const file = join(kept, `${relative(root, path).replaceAll(/[\\/]/g, "-")}.json`);
  const before = parsed(await read(file));
  if (before?.hash === hash && typeof before.code === "string") return before;
  const sourceMap = map !== undefined && { content: map, includeSources: true };
  const made = { hash, ...(await minify(text, { ...options, ...(sourceMap && { sourceMap }) })) };
  await replace({ path: file, contents: Buffer.from(JSON.stringify(made)) }).catch(() => undefined); // made anew the next time
  return made;
};

const parsed = (bytes) => {
  try {
    return bytes && JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};
