import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What a process needs to be started: Node's arguments and the whole environment. */
export type Program = {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A process of a part, in a process group of its own: the terminal's Ctrl-C does not reach it. */
export type PartProcess = {
  readonly pid: number | undefined;
  /** Resolves when it has ended and its output was printed; never rejects. Nothing of its group is left then. */
  readonly exited: Promise<Exit>;
  /** Asks it to end. */
  readonly terminate: () => void;
  /** Ends it and all it started, at once. */
  readonly kill: () => void;
};

export type PrintLine = (line: string, stream: "stdout" | "stderr") => void;

const canGroup = process.platform !== "win32";
const outputWithinMs = 500;

/** Starts a program. It ends by itself when we do, for we hold the other end of its stdin (`runPart`). */
export const startProcess = (program: Program, print: PrintLine): PartProcess => {
  const child = spawn(process.execPath, program.arguments, {
    // On Windows it would open a console window, and there are no groups to gain.
    detached: canGroup,
    windowsHide: true,
    env: { ...program.environment, FANFARE_SUPERVISED: "1" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Writing nothing, we still hear of a broken pipe.
  child.stdin.on("error", () => undefined);
  for (const stream of ["stdout", "stderr"] as const) {
    createInterface({ input: child[stream], crlfDelay: Infinity }).on("line", (line) => print(line, stream));
  }

  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(canGroup ? -child.pid : child.pid, "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  };
  const exited = endOf(child, print).finally(kill);
  return { pid: child.pid, exited, terminate: () => void child.kill("SIGTERM"), kill };
};

const endOf = async (child: ReturnType<typeof spawn>, print: PrintLine): Promise<Exit> => {
  const outputRead = once(child, "close");
  try {
    await once(child, "exit");
  } catch (error) {
    print(String(error), "stderr");
    return { code: 1, signal: null };
  }
  // The last sentence may still be in the pipe; a grandchild may keep that open for ever.
  await Promise.race([outputRead, new Promise((resolve) => setTimeout(resolve, outputWithinMs))]);
  return { code: child.exitCode, signal: child.signalCode };
};
