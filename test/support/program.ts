import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** How a process ended: its exit code, or the signal that ended it. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A program that said it is ready. */
export type Program = {
  readonly pid: number;
  /** The line by which it said so; it names the ports taken. */
  readonly ready: string;
  /** Everything printed so far, stdout and stderr in the order they arrived. */
  readonly output: () => string;
  /** Asks it to end (SIGTERM by default) and waits. Throws, after a SIGKILL, when that takes more than `within` milliseconds (5,000). */
  readonly stop: (within?: number, signal?: NodeJS.Signals) => Promise<Ended>;
  /** A crash: SIGKILL, and wait until it is gone. */
  readonly kill: () => Promise<Ended>;
  /** Resolves when it ends, for whatever reason; never rejects. */
  readonly exited: Promise<Ended>;
};

type Start = {
  /** The program `dist/local/<name>.mjs`, and what failures call it. */
  readonly name: string;
  /** Its settings. Of our own environment it inherits only what is needed to run, so a developer's settings change no test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Another script than the one of that name: a path, relative to the repository's root. */
  readonly file?: string;
  /** Where it is started; the repository's root by default. */
  readonly cwd?: string;
  /** What its ready line looks like; by default the first line on stdout is it. */
  readonly readyLine?: RegExp;
  /** Milliseconds it may take to be ready; 10,000 by default. */
  readonly within?: number;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const inherited = ["PATH", "HOME", "TMPDIR", "SystemRoot"];

/** Test files run side by side, and a stack listens a while after it chose: each worker has ports that no other one chooses. */
const ownPorts = (): Record<string, string> => {
  const worker = Number(process.env.VITEST_POOL_ID ?? 1) % 4;
  const from = 20_000 + worker * 3_000;
  return { FANFARE_FREE_PORTS: `${from}-${from + 2_999}` };
};

/**
 * Starts a built program and resolves once it is ready. Rejects with the program's own output when it ends before
 * that or takes too long; then it runs no longer. It is killed when this process ends before it.
 */
export const startProgram = async (start: Start): Promise<Program> => {
  const {
    name,
    env = {},
    args = [],
    file = `dist/local/${name}.mjs`,
    readyLine = /./,
    cwd = root,
    within = 10_000,
  } = start;
  const child = spawn(process.execPath, ["--enable-source-maps", resolve(root, file), ...args], {
    cwd,
    env: { ...ownEnvironment(), ...ownPorts(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = endOf(child);
  const killWithUs = (): unknown => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  void exited.then(() => process.off("exit", killWithUs));

  const printed: string[] = [];
  const output = (): string => printed.join("");
  child.stderr.setEncoding("utf8").on("data", (text: string) => printed.push(text));
  const readyLineSeen = lineOf(child.stdout.setEncoding("utf8"), readyLine, (text) => printed.push(text));

  const kill = (): Promise<Ended> => {
    child.kill("SIGKILL");
    return exited;
  };
  const stop: Program["stop"] = async (stopWithin = 5_000, signal = "SIGTERM") => {
    child.kill(signal);
    const ended = await before(stopWithin, exited);
    if (ended) return ended;
    await kill();
    throw new Error(`${name} did not end within ${stopWithin} ms of ${signal}. It said:\n${output()}`);
  };

  const ready = await before(within, Promise.race([readyLineSeen, exited]));
  if (typeof ready === "string" && child.pid !== undefined) {
    return { pid: child.pid, ready, output, stop, kill, exited };
  }
  await kill();
  const fault =
    ready === undefined ? `was not ready within ${within} ms` : `ended (${told(ready)}) before it was ready`;
  throw new Error(`${name} ${fault}. It said:\n${output()}`);
};

const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** "exit" is the end; "close", when the last output has been read, would wait for grandchildren that hold the pipes. */
const endOf = async (child: ChildProcess): Promise<Ended> => {
  const outputRead = once(child, "close").catch(() => undefined);
  // A program that cannot be spawned emits "error" instead, which once() turns into a rejection.
  await once(child, "exit").catch(() => undefined);
  await before(500, outputRead);
  return { code: child.exitCode, signal: child.signalCode };
};

const told = (ended: string | Ended): string =>
  typeof ended === "string" ? ended : (ended.signal ?? `exit code ${ended.code ?? "unknown"}`);

/** Resolves to the first complete line that matches; hands on every chunk, before and after. */
const lineOf = (stream: NodeJS.ReadableStream, pattern: RegExp, onText: (text: string) => void): Promise<string> =>
  new Promise((resolve) => {
    let unfinished = "";
    stream.on("data", (text: string) => {
      onText(text);
      const lines = (unfinished + text).split("\n");
      unfinished = lines.pop() ?? "";
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) resolve(found);
    });
  });

/** What the promise resolves to, or undefined when the time is over. */
const before = async <T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, over]).finally(() => clearTimeout(timer));
};
