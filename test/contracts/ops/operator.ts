import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { outputTo } from "../../../infra/ops/output.ts";
import { run } from "../../../infra/ops/run.ts";
import type { Environment } from "../../../infra/ops/surroundings.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a command printed, and its exit code. */
export type Told = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs the built program as `npm run ops` does, with these settings alone. Its stdin is no terminal. */
export const program = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Told> =>
  new Promise((done) => {
    const file = resolve(root, "dist/ops/main.mjs");
    const settings = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", ...env };
    const child = execFile(
      process.execPath,
      ["--enable-source-maps", file, ...args],
      { env: settings, cwd: root, timeout: 15_000, killSignal: "SIGKILL" },
      (_error, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, stdout, stderr });
      },
    );
    child.stdin?.end();
  });

type Here = {
  readonly env: Environment;
  readonly ask?: (question: string) => Promise<boolean>;
  readonly stop?: AbortSignal;
  /** What is piped in. */
  readonly stdin?: string;
};

/** Runs a command in this process, which is quicker. */
export const command = async (args: readonly string[], { env, ask, stop, stdin = "" }: Here): Promise<Told> => {
  const told = { stdout: "", stderr: "" };
  const streamOf = (name: keyof typeof told) => ({ write: (text: string) => (told[name] += text) });
  const output = outputTo(streamOf("stdout"), streamOf("stderr"));
  const use = { env, output, ask, stop: stop ?? new AbortController().signal, stdin: () => Promise.resolve(stdin) };
  const code = await run(args, use);
  return { code, ...told };
};

/** The values of JSON lines. */
export const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
