import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startProgram } from "./program.ts";
import { until } from "./until.ts";

let folder: string;
const script = async (source: string): Promise<string> => {
  const file = join(folder, `${crypto.randomUUID()}.mjs`);
  await writeFile(file, source);
  return file;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-program-"));
});
afterAll(() => rm(folder, { recursive: true }));

const isGone = (pid: number): boolean => {
  try {
    return !process.kill(pid, 0);
  } catch {
    return true;
  }
};

test("a program is started with its arguments and settings, and its ready line is told", async () => {
  const file = await script(
    `console.log("warming up"); console.log("ready on", process.env.PORT, process.argv[2], process.env.SECRET); setInterval(() => {}, 1e6);`,
  );
  vi.stubEnv("SECRET", "of this shell");
  const program = await startProgram({
    name: "sample",
    file,
    args: ["--fast"],
    env: { PORT: "7" },
    readyLine: /^ready/,
  });
  expect(program.ready).toBe("ready on 7 --fast undefined");
  expect(program.output()).toContain("warming up");
  expect(await program.kill()).toEqual({ code: null, signal: "SIGKILL" });
  expect(isGone(program.pid)).toBe(true);
});

test("a program that ends before it is ready fails the start with all it said", async () => {
  const file = await script(`process.stderr.write("port 1 is in use"); process.exitCode = 64;`);
  await expect(startProgram({ name: "sample", file })).rejects.toThrow(
    "sample ended (exit code 64) before it was ready. It said:\nport 1 is in use",
  );
});

test("a program that is never ready is killed and told by name", async () => {
  const file = await script(`console.error(process.pid); setInterval(() => {}, 1e6);`);
  const failure = startProgram({ name: "sample", file, within: 400 });
  await expect(failure).rejects.toThrow(/sample was not ready within 400 ms. It said:\n\d+\n/);
  const pid = Number(/\n(\d+)\n/.exec(String(await failure.catch((error: unknown) => error)))?.[1]);
  expect(isGone(pid)).toBe(true);
});

test("a program that ignores SIGTERM is killed, and that is a failure", async () => {
  const file = await script(`process.on("SIGTERM", () => {}); console.log("ready"); setInterval(() => {}, 1e6);`);
  const program = await startProgram({ name: "sample", file });
  await expect(program.stop(300)).rejects.toThrow("sample did not end within 300 ms of SIGTERM");
  expect(isGone(program.pid)).toBe(true);
});

test("waiting until something holds gives its value, and fails with what was waited for and why", async () => {
  let asked = 0;
  expect(await until(() => ++asked > 2 && asked, { what: "three questions" })).toBe(3);
  const notYet = new Error("not yet");
  const failure = until(() => Promise.reject(notYet), { within: 20, what: "a miracle" });
  await expect(failure).rejects.toMatchObject({ message: "not within 20 ms: a miracle", cause: notYet });
});
