import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeOldPieces } from "../../infra/build/pieces.mjs";

test("a build takes away pieces that it did not make once they are a day old, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-pieces-"));
  await mkdir(join(folder, "pieces"));
  const now = Date.now();
  const made = async (name: string, hoursAgo: number): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, "");
    await utimes(path, new Date(now), new Date(now - hoursAgo * 3_600_000));
    return path;
  };
  const used = [await made("pieces/chunk-AAAAAAA1.mjs", 90), await made("pieces/chunk-AAAAAAA1.mjs.map", 90)];
  await made("pieces/chunk-BBBBBBB2.mjs", 23);
  await made("pieces/chunk-CCCCCCC3.mjs", 25);
  await made("pieces/chunk-CCCCCCC3.mjs.map", 25);
  await made("main.mjs", 90);
  await removeOldPieces(folder, used, now);
  expect((await readdir(join(folder, "pieces"))).sort()).toEqual([
    "chunk-AAAAAAA1.mjs",
    "chunk-AAAAAAA1.mjs.map",
    "chunk-BBBBBBB2.mjs",
  ]);
  expect(await readdir(folder)).toContain("main.mjs");
  await rm(folder, { recursive: true });
});
