import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeOldPieces, stillUsed } from "../../infra/build/pieces.mjs";

test("a build takes away pieces that it did not make and none made for a day, and nothing else", async () => {
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
  // Made long ago, and by the build before this one once more: programs of that may run.
  const lately = await made("pieces/chunk-DDDDDDD4.mjs", 90);
  await stillUsed([lately], new Date(now - 3_600_000));
  await removeOldPieces(folder, used, now);
  expect((await readdir(join(folder, "pieces"))).sort()).toEqual([
    "chunk-AAAAAAA1.mjs",
    "chunk-AAAAAAA1.mjs.map",
    "chunk-BBBBBBB2.mjs",
    "chunk-DDDDDDD4.mjs",
  ]);
  expect(await readdir(folder)).toContain("main.mjs");
  await rm(folder, { recursive: true });
});
