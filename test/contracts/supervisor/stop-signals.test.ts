import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "../../support/until.ts";

let folder: string;
let child: ChildProcess;
let output: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fanfare-signals-"));
  await build({
    stdin: {
      contents: `
        import { stopSignals } from "./infra/local/supervisor/stop-signals.ts";
        const { stopAsked, hurry } = stopSignals();
        void stopAsked.then(() => console.log("stop"));
        hurry.addEventListener("abort", () => console.log("hurry"));
        setInterval(() => {}, 1e6);
        console.log("up");`,
      resolveDir: process.cwd(),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: join(folder, "listener.mjs"),
  });
});
afterEach(async () => {
  child.kill("SIGKILL");
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
});
afterAll(() => rm(folder, { recursive: true }));

const start = async (env = {}): Promise<void> => {
  output = "";
  child = spawn(process.execPath, [join(folder, "listener.mjs")], { env: { PATH: process.env.PATH, ...env } });
  child.stdout!.on("data", (text: Buffer) => (output += text.toString()));
  await until(() => output.includes("up"), { what: "the listener" });
};

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s asks for an end in order", async (signal) => {
  await start();
  child.kill(signal);
  await until(() => output === "up\nstop\n", { what: "the wish to stop" });
});

test("the same Ctrl-C arriving twice, by the terminal and by npm, is one; a later one hurries and ends it", async () => {
  await start();
  const startedAt = performance.now();
  child.kill("SIGINT");
  const ended = once(child, "exit");
  const again = setInterval(() => child.kill("SIGINT"), 50);
  expect(await ended).toEqual([130, null]);
  clearInterval(again);
  expect(output).toBe("up\nstop\nhurry\n");
  expect(performance.now() - startedAt).toBeGreaterThan(500);
});

test("when npm, which started it, is gone, that is the end", async () => {
  output = "";
  // The shell stands for npm: it waits for the listener, and is killed.
  const shell = `PATH="$PATH" npm_lifecycle_event=start "${process.execPath}" "${join(folder, "listener.mjs")}" & wait`;
  child = spawn("sh", ["-c", shell], { detached: true });
  child.stdout!.on("data", (text: Buffer) => (output += text.toString()));
  await until(() => output.includes("up"), { what: "the listener" });
  child.kill("SIGKILL");
  await until(() => output.includes("stop"), { what: "the wish to stop" });
  process.kill(-child.pid!, "SIGKILL");
});
