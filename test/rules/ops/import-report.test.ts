import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openReport } from "../../../infra/ops/import/report.file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-report-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a report that is a pipe or a folder is refused at once, and not waited for", async () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  const heading = { import: "web-push", app: "app.contoso.com", place: "here" };
  for (const path of [pipe, folder]) {
    const opening = openReport(path, heading, { marks: new Set(), now: 0 });
    await expect(opening).rejects.toMatchObject({
      exitCode: 64,
      message: `${path} is no file: name one for the report.`,
    });
  }
  expect(await readdir(folder)).toEqual(["pipe"]);
});
