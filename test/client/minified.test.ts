import { build } from "esbuild";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { minifiedTwice } from "../../infra/build/minified-twice.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const name = `test-${process.pid}`;
const kept = join(root, `node_modules/.cache/fanfare/minified/${name}.js.json`);
const forgotten = () => rm(kept, { force: true });
beforeEach(forgotten);
afterEach(forgotten);

/** The script as a browser would get it; its map is a file of its own. */
const built = async (script: string, sourcemap: "external" | false = "external") => {
  const { outputFiles } = await build({
    stdin: { contents: script, sourcefile: "greeting.js" },
    outfile: join(root, `${name}.js`),
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    sourcemap,
    plugins: [minifiedTwice],
  });
  return outputFiles.map(({ text }) => text).join("\n");
};

test("a script that is as it was is what it was, and one that changed is not", async () => {
  const first = await built(`export const greeting = "hello";`);
  expect(first).toContain("hello");
  expect(first).toContain('"mappings"');
  expect(await built(`export const greeting = "hello";`)).toBe(first);
  expect(await built(`export const greeting = "good day";`)).toContain("good day");
  expect(await built(`export const greeting = "hello";`)).toBe(first);
});

test("what was kept is used", async () => {
  await built(`export const greeting = "hello";`);
  const { hash } = JSON.parse(await readFile(kept, "utf8")) as { hash: string };
  await writeFile(kept, JSON.stringify({ hash, code: "/* from before */", map: "{}" }));
  expect(await built(`export const greeting = "hello";`)).toContain("/* from before */");
  expect(await built(`export const greeting = "hello";`, false)).not.toContain("/* from before */"); // without a map it is another
});

test("what was kept and cannot be read is made anew", async () => {
  const first = await built(`export const greeting = "hello";`);
  const { hash } = JSON.parse(await readFile(kept, "utf8")) as { hash: string };
  for (const broken of ["{ half of it", "null", JSON.stringify({ hash })]) {
    await writeFile(kept, broken);
    expect(await built(`export const greeting = "hello";`)).toBe(first);
  }
});
