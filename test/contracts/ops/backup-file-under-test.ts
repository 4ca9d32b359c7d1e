import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect } from "vitest";
import { exported, livedIn, newFolder } from "./backup-under-test.ts";

/** Where the cases' files are. Who imports it sees what the hooks below gave it. */
export let folder: Awaited<ReturnType<typeof newFolder>>;

/** One folder for all cases of the file that calls it. */
export const oneFolderKeeps = (): void => {
  beforeAll(async () => (folder = await newFolder()));
  afterAll(() => folder.remove());
};

let files = 0;
/** A lived-in store and its backup. */
export const backedUp = async (name = `${(files += 1)}.jsonl.gz`) => {
  const service = await livedIn();
  const path = folder.at(name);
  const told = await exported(service.tables, path);
  expect(told).toMatchObject({
    ended: undefined,
    json: [{ counts: { app: 2, block: 1, subscription: 4 }, leftOut: 0 }],
  });
  return { ...service, path };
};

export const textOf = async (path: string): Promise<string> => gunzipSync(await readFile(path)).toString("utf8");
