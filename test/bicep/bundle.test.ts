import { readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { beforeAll, expect, test } from "vitest";

let bundle: string;
let payload: SourceMapPayload;
/** What the bundle is made of, below `node_modules/`. */
let modules: readonly string[];
beforeAll(async () => {
  bundle = await readFile("dist/main.cjs", "utf8");
  payload = JSON.parse(await readFile("dist/main.cjs.map", "utf8")) as SourceMapPayload;
  modules = payload.sources.flatMap((source) => /.*node_modules\/(.*)/.exec(source)?.[1] ?? []);
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

test("no start compiles what the app loads later, or never: other languages' messages, fetch and mocks, sign-ins, the API's description", () => {
  expect(modules.filter((one) => one.startsWith("zod/v4/locales/"))).toEqual(["zod/v4/locales/en.js"]);
  expect(
    modules.filter((one) => /^undici\/(index|lib\/(mock|cache|interceptor|web\/fetch\/index))\b/.test(one)),
  ).toEqual([]);
  expect(modules.filter((one) => /^@azure\/(identity|msal)/.test(one))).toEqual([]);
  expect(payload.sources.filter((source) => source.includes("functions/api/openapi/"))).toEqual([]);
});

test("no package is there twice, once for whoever imports it and once for whoever requires it", () => {
  // But for what its two forms would share.
  expect(modules.filter((one) => /\/commonjs\/(?!state(-cjs)?\.js$)/.test(one))).toEqual([]);
});

test("what is loaded later is required: an import would wait for another loader, longer than all else that a first token takes", () => {
  expect(bundle).not.toMatch(/\bimport\(/);
});
