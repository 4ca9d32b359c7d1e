import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../dist/simulation/main.mjs", import.meta.url));

type Told = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

const simulate = (...args: readonly string[]): Promise<Told> =>
  new Promise((done) => {
    const child = execFile(process.execPath, [program, ...args], (_error, stdout, stderr) => {
      done({ code: child.exitCode, stdout, stderr });
    });
  });

test("a wrong flag is one sentence that says where to look, and ends with 64, not with what a violation ends with", async () => {
  expect(await simulate("--seeds", "none")).toEqual({
    code: 64,
    stdout: "",
    stderr: "--seeds must be a whole number from 1 to 100000000. The flags are told by: npm run simulate -- --help\n",
  });
});
