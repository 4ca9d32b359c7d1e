import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { supervisor, type Part, type RunningPart, type Supervisor } from "../../../infra/local/supervisor/supervise.ts";
import { until } from "../../support/until.ts";

/** A supervisor whose parts are small scripts, what it printed, and what runs. */
export type FakeStack = Supervisor & {
  /** A part that runs the script; by default it is ready once it has written `up`. The script finds `note(text)` and its own journal. */
  readonly part: (name: string, script: string, more?: Partial<Part>) => Part;
  readonly printed: () => string;
  readonly running: () => readonly RunningPart[];
  /** Everything the parts noted, in order. */
  readonly journal: () => Promise<string[]>;
  readonly end: () => Promise<void>;
};

export const fakeStack = async (readyWithinMs = 5_000): Promise<FakeStack> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-supervisor-"));
  const journalFile = join(folder, "journal");
  const lines: string[] = [];
  let running: readonly RunningPart[] = [];
  const stack = supervisor({
    print: (part, line) => lines.push(`${part}: ${line}`),
    onChange: (now) => (running = now),
    readyWithinMs,
  });
  const journal = async (): Promise<string[]> =>
    (await readFile(journalFile, "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  await writeFile(journalFile, "");

  const part: FakeStack["part"] = (name, script, more) => {
    const source = `
      const { appendFileSync } = require("node:fs");
      const note = (text) => appendFileSync(${JSON.stringify(journalFile)}, ${JSON.stringify(name)} + " " + text + "\\n");
      const stay = () => setInterval(() => {}, 1e6);
      process.stdin.on("close", () => process.exit(9)).resume();
      ${script}`;
    return {
      name,
      ports: [],
      program: { arguments: ["--eval", source], environment: process.env },
      missing: async () => ((await journal()).includes(`${name} up`) ? undefined : "it is not up"),
      ...more,
    };
  };
  return {
    ...stack,
    part,
    journal,
    printed: () => lines.join("\n"),
    running: () => running,
    end: async () => {
      stack.kill();
      await stack.stop([]);
      await rm(folder, { recursive: true });
    },
  };
};

/** Whether a process of this id runs. One that ended, but whose end nobody has asked for yet, does not. */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
};

const isZombie = (pid: number): boolean => {
  if (process.platform !== "linux") return false;
  return readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
};

export const untilGone = (pid: number) => until(() => !isAlive(pid), { what: `the end of process ${pid}` });
