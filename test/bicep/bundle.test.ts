import { readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { beforeAll, expect, test } from "vitest";

let bundle: string;
let payload: SourceMapPayload;
beforeAll(async () => {
  bundle = await readFile("dist/main.cjs", "utf8");
  payload = JSON.parse(await readFile("dist/main.cjs.map", "utf8")) as SourceMapPayload;
});

/** Where the source map says that a text of the bundle stands; lines count from 0. */
const placeOf = (text: string): { readonly file: string; readonly line: number } => {
  const before = bundle.slice(0, bundle.indexOf(text)).split("\n");
  const found = new SourceMap(payload).findEntry(before.length - 1, before.at(-1)?.length ?? 0);
  if (!("originalSource" in found)) throw new Error(`The map knows nothing of ${text}.`);
  return { file: found.originalSource, line: found.originalLine };
};

test("a single character beyond Latin-1 would double what the bundle takes of a process's memory, and there is none", () => {
  expect(/.{0,40}[^\0-\xff].{0,10}/u.exec(bundle)?.[0]).toBeUndefined();
});

test("the source map tells the line of our own code", async () => {
  const text = "This Idempotency-Key was used with another body";
  const { file, line } = placeOf(text);
  expect(file).toMatch(/shared\/feed\/once\.ts$/);
  const source = await readFile("shared/feed/once.ts", "utf8");
  expect(source.split("\n")[line]).toContain(text);
});

test("of a package the source map tells the file alone, for a process that prints one stack keeps all of the map", () => {
  const { file, line } = placeOf("Path should be a string");
  expect(file).toMatch(/node_modules\/find-my-way\/index\.js$/);
  expect(line).toBe(0);
});
