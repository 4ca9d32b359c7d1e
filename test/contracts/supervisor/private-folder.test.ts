import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { privateFolder } from "../../../infra/local/private-folder.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "fanfare-private-"));
});
afterAll(() => rm(home, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("what the stack makes for its state, this user alone can read", async () => {
  const folder = join(home, "new", "tables");
  await privateFolder(folder);
  expect([await modeOf(dirname(folder)), await modeOf(folder)]).toEqual([0o700, 0o700]);
});

test("a folder that was there keeps its owner's permissions", async () => {
  const folder = join(home, "shared");
  await mkdir(folder, { mode: 0o755 });
  await privateFolder(folder);
  expect(await modeOf(folder)).toBe(0o755);
});
