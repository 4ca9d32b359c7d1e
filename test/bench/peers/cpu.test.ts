import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { cpuSecondsOf, statIn } from "./cpu.ts";

const burn = "while (process.cpuUsage().user < 150_000);";

test("a process's name may look like figures, and its ended children are counted", () => {
  const text = "4242 (node) 9 (a b)) S 77 4 4 0 -1 0 1 2 3 4 100 20 3 1 20 0 11";
  expect(statIn(text)).toEqual({ parent: 77, ticks: 124 });
});

test.runIf(process.platform === "linux")("what children spend counts, while they live and afterwards", async () => {
  const before = await cpuSecondsOf(process.pid);
  const child = spawn(process.execPath, ["-e", `${burn} console.log("burnt"); process.stdin.resume();`]);
  await once(child.stdout, "data");
  const whileItLives = await cpuSecondsOf(process.pid);
  child.stdin.end();
  await once(child, "exit");
  spawnSync(process.execPath, ["-e", burn]);
  const afterwards = await cpuSecondsOf(process.pid);

  // At least what the children say of themselves; what this process spent comes on top.
  expect(whileItLives - before).toBeGreaterThan(0.12);
  expect(afterwards - whileItLives).toBeGreaterThan(0.12);
});

test.runIf(process.platform === "linux")("a process that has ended has no figure", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  await expect(cpuSecondsOf(pid)).rejects.toThrow(`has ended: ${pid}`);
});
