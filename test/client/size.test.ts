import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { browserJobs } from "../../infra/build/client.mjs";

/** What is built, as it is shipped. */
const folder = "dist/client";
const scripts = (await readdir(folder)).filter((name) => /\.m?js$/.test(name));
const zippedBytes = async (name: string): Promise<number> =>
  gzipSync(await readFile(`${folder}/${name}`), { level: 9 }).length;
/** The sources that a script was made of. */
const sourcesOf = async (name: string): Promise<string[]> => {
  const { sources } = JSON.parse(await readFile(`${folder}/${name}.map`, "utf8")) as { sources: string[] };
  return sources.map((path) => new URL(path, "file:///dist/client/").pathname);
};

test("the client is at most 6 KB as browsers load it", async () => {
  const sizes = await Promise.all(scripts.map(async (name) => `${name} ${await zippedBytes(name)}`));
  console.info(`gzipped bytes: ${sizes.join(", ")}`);
  expect(await zippedBytes("fanfare.js")).toBeLessThanOrEqual(6_144);
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
