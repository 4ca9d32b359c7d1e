import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pushControl, type PushControl } from "../../infra/local/push/control-client.ts";
import { ports } from "../../infra/local/settings.ts";
import type { stackFile } from "../../infra/local/supervisor/stack-file.ts";
import type { RunningPart } from "../../infra/local/supervisor/supervise.ts";
import { startProgram, type Ended, type Program } from "./program.ts";
import { stackClient, type StackClient } from "./stack-client.ts";
import { until } from "./until.ts";

/** The contents of stack.json. */
export type StackFile = Awaited<ReturnType<typeof stackFile>>;

/** The whole local stack, as `npm start` runs it, with what a test wants of it. */
export type LocalStack = StackClient & {
  readonly stack: StackFile;
  readonly push: PushControl;
  readonly program: Program;
  readonly dataDir: string;
  /** Where it keeps its keys while it runs: the data directory, or, of an ephemeral one, the folder that goes when it ends. */
  readonly stateDir: string;
  /** Milliseconds from its start to the line `Ready`. */
  readonly readyMs: number;
  /** The parts that run at this moment. */
  readonly parts: () => Promise<readonly RunningPart[]>;
  /** SIGKILLs a part, waiting for one if there is none at the moment. Resolves when the process is gone; the supervisor brings another. */
  readonly killPart: (name: string) => Promise<void>;
  /** Resolves when the part that was killed last is ready again. */
  readonly partIsBack: (name: string) => Promise<void>;
  /** Kills a part as often as it is started, for so many milliseconds or as long as that is so; longer by the supervisor's pause then. */
  readonly holdDown: (name: string, howLong: number | (() => boolean)) => Promise<void>;
  readonly output: () => string;
  /**
   * Ctrl-C (SIGINT). Resolves when all has ended, to how and after how long; removes the data directory if it is the stack's own.
   * Throws when that takes more than 5 s or leaves a process behind. Only the first call does anything.
   */
  readonly stop: () => Promise<Ended & { readonly tookMs: number }>;
};

export type StackOptions = {
  /** A data directory that outlives the stack; without it a new one is made, and removed at the end. */
  readonly dataDir?: string;
  readonly ephemeral?: boolean;
  /** Settings beside the ports and the short retries every journey has. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long the service's answers are waited for; 15 s by default. */
  readonly answerWithinMs?: number;
};

/** Retries come soon, so that a journey's fault costs seconds and not minutes. */
const shortRetries = { RETRY_BASE_SECONDS: "1", RETRY_CAP_SECONDS: "2" };
const freePorts = Object.fromEntries(Object.values(ports).map(({ setting }) => [setting, "0"]));

/** Starts the built stack on free ports and resolves once it says `Ready`. Rejects with its output otherwise. */
export const startStack = async (options: StackOptions = {}): Promise<LocalStack> => {
  const { dataDir, ephemeral = false, env = {}, answerWithinMs } = options;
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), "fanfare-journey-")));
  // Where `--ephemeral` makes its folder, which is to be found there.
  const temporary = ephemeral ? (env.TMPDIR ?? (await mkdtemp(join(tmpdir(), "fanfare-journey-")))) : undefined;
  const ours = [dataDir === undefined ? directory : [], env.TMPDIR === undefined ? (temporary ?? []) : []].flat();
  const clean = async (): Promise<void> => {
    for (const folder of ours) await rm(folder, { recursive: true });
  };
  const startedAt = performance.now();
  const program = await startProgram({
    name: "start",
    env: {
      ...freePorts,
      ...shortRetries,
      FANFARE_DATA_DIR: directory,
      ...(temporary !== undefined && { TMPDIR: temporary }),
      ...env,
    },
    args: ephemeral ? ["--ephemeral"] : [],
    readyLine: /^Ready/,
    within: 25_000,
  }).catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  const readyMs = performance.now() - startedAt;
  const stack = await readJson<StackFile>(join(directory, "stack.json"));
  const stateDir = temporary === undefined ? directory : await folderIn(temporary);
  const push = pushControl(stack.webpush.controlUrl);
  const parts = (): Promise<readonly RunningPart[]> => readJson<RunningPart[]>(join(directory, "parts.json"));
  let ended: ReturnType<LocalStack["stop"]> | undefined;
  const end = async (): ReturnType<LocalStack["stop"]> => {
    const pids = (await parts()).map(({ pid }) => pid);
    const stopping = performance.now();
    const how = await program.stop(5_000, "SIGINT").finally(clean);
    const tookMs = performance.now() - stopping;
    const left = pids.filter(isAlive);
    if (left.length > 0) throw new Error(`processes left behind: ${left.join(", ")}`);
    return { ...how, tookMs };
  };

  return {
    ...stackClient(stack, push, answerWithinMs),
    ...faults(program, parts),
    stack,
    push,
    program,
    dataDir: directory,
    stateDir,
    readyMs,
    parts,
    output: program.output,
    stop: () => (ended ??= end()),
  };
};

/** The only folder of a stack in there. */
const folderIn = async (temporary: string): Promise<string> => {
  const [name, ...others] = (await readdir(temporary)).filter((one) => one.startsWith("fanfare-"));
  if (name === undefined || others.length > 0) throw new Error(`${temporary} does not hold one stack's folder`);
  return join(temporary, name);
};

type PartFaults = Pick<LocalStack, "killPart" | "partIsBack" | "holdDown">;

const faults = (program: Program, parts: LocalStack["parts"]): PartFaults => {
  const outputBefore = new Map<string, number>();
  const pidOf = async (name: string): Promise<number | undefined> =>
    (await parts()).find((part) => part.name === name)?.pid;

  const running = (name: string): Promise<number> => until(() => pidOf(name), { what: `${name} runs`, within: 10_000 });

  const killPart = async (name: string): Promise<void> => {
    const pid = await running(name);
    process.kill(pid, "SIGKILL");
    await until(async () => (await pidOf(name)) !== pid, { what: `${name} is gone` });
    outputBefore.set(name, program.output().length);
  };
  const partIsBack = async (name: string): Promise<void> => {
    const isBack = new RegExp(`^${name} +│ is back$`, "m");
    const said = (): string => program.output().slice(outputBefore.get(name));
    await until(() => isBack.test(said()), { what: `${name} is back`, within: 15_000 });
  };
  const holdDown: PartFaults["holdDown"] = async (name, howLong) => {
    const begun = performance.now();
    const isHeld = typeof howLong === "number" ? (): boolean => performance.now() < begun + howLong : howLong;
    while (isHeld()) {
      await killPart(name);
      await running(name);
    }
  };
  return { killPart, partIsBack, holdDown };
};

/** Whether a process is there; true also if it is another user's. */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
};

const readJson = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, "utf8")) as T;
