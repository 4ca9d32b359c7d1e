import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { browserJobs } from "../../infra/build/client.mjs";

/** What is built, as it is shipped. */
const folder = "dist/client";
const scripts = (await readdir(folder)).filter((name) => /\.m?js$/.test(name));
/** The sources that a script was made of. */
const sourcesOf = async (name: string): Promise<string[]> => {
  const { sources } = JSON.parse(await readFile(`${folder}/${name}.map`, "utf8")) as { sources: string[] };
  return sources.map((path) => new URL(path, "file:///dist/client/").pathname);
};

/** Compressed, as browsers load them. The client's is its promise; the others' are room to grow in, to be widened on purpose only. */
const bytesMost: Readonly<Record<string, number>> = {
  "fanfare.js": 6_144,
  "fanfare-push.js": 4_096,
  "fanfare-inbox.js": 11_264,
  "fanfare-service-worker.js": 15_360,
  "graph-notifications-library.js": 7_168,
  "graph-notifications-library.mjs": 7_168,
};
const sizes = scripts.map((name) => {
  const bytes = gzipSync(readFileSync(`${folder}/${name}`), { level: 9 }).length;
  return { name, bytes, most: bytesMost[name] ?? 0 };
});

test.each(sizes)("$name is $bytes bytes small, of $most at most", ({ bytes, most }) => {
  expect(bytes).toBeLessThanOrEqual(most);
});

test("loading the client does nothing by itself: what an app does not use, its bundler leaves out", async () => {
  const contents = `import "./fanfare.js"; import { UserNotificationClient } from "./fanfare.js"; console.log(1);`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    external: ["./fanfare-push.js"],
    write: false,
  });
  expect(outputFiles[0]!.text).toBe("console.log(1);\n");
});

test("every script is made of the client's own sources only, for it has no dependencies", async () => {
  for (const name of scripts) {
    for (const path of await sourcesOf(name)) expect(path, name).toMatch(/^\/shared\/client\/[\w./-]+\.ts$/);
  }
});

test("the inbox is no second copy of the client: nothing is in both", async () => {
  const client = await sourcesOf("fanfare.js");
  expect((await sourcesOf("fanfare-inbox.js")).filter((path) => client.includes(path))).toEqual([]);
});

test("the declarations stand alone, and name what the script exports", async () => {
  const declared = await readFile(`${folder}/fanfare.d.ts`, "utf8");
  expect(declared).not.toMatch(/^import |from "|import\("/m);
  const { outputs } = (await build({ entryPoints: [`${folder}/fanfare.js`], metafile: true, write: false })).metafile;
  for (const name of Object.values(outputs)[0]!.exports)
    expect(declared).toMatch(new RegExp(`^export .*\\b${name}\\b`, "m"));
});

test("an import that no browser has fails the build of any of them", async () => {
  const jobs = await browserJobs();
  expect(jobs.length).toBeGreaterThan(5);
  for (const { entryPoints: _, ...job } of jobs) {
    const stdin = { contents: 'import { hostname } from "node:os"; console.log(hostname());', resolveDir: "." };
    await expect(build({ ...job, stdin, logLevel: "silent" })).rejects.toThrow('Could not resolve "node:os"');
  }
});
