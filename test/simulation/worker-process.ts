import { fork } from "node:child_process";
import type { SeedReport } from "./worker.ts";

/** A process that runs seeds, as its parent sees it. */
export type WorkerProcess = {
  /** Runs one seed; one at a time. Says so in a violation, and the process is no more, when it dies on it or takes too long. */
  readonly run: (seed: number) => Promise<SeedReport>;
  readonly isAlive: () => boolean;
  /** Ends it, whatever it is at. Resolves when it has ended. */
  readonly end: () => Promise<void>;
};

/** What a process said last, for the one who looks why it died. */
const saidMost = 4_000;

/** Starts `program` (a file that comes to `serveSeeds` when its argument is `worker`). A seed may take so many milliseconds. */
export const startWorker = (program: string, seedLimitMs: number): WorkerProcess => {
  const child = fork(program, ["worker"], {
    execArgv: ["--enable-source-maps"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-saidMost)));
  let isAlive = true;
  const kill = (): unknown => child.kill("SIGKILL");
  process.once("exit", kill);
  const ended = new Promise<void>((resolve) => child.once("close", resolve).once("error", resolve));
  void ended.then(() => process.off("exit", kill));
  const end = (): Promise<void> => {
    isAlive = false;
    kill();
    return ended;
  };

  const run = (seed: number): Promise<SeedReport> =>
    new Promise((resolve) => {
      const settle = (report: SeedReport): void => {
        clearTimeout(limit);
        child.off("message", settle).off("close", onDeath).off("error", onDeath);
        resolve(report);
      };
      const onDeath = (): void => {
        isAlive = false;
        settle(
          lost(seed, `The process that ran it died (${child.signalCode ?? child.exitCode ?? "not started"}). ${said}`),
        );
      };
      const limit = setTimeout(() => {
        void end();
        settle(lost(seed, `It was not over within ${seedLimitMs / 1_000} seconds. ${said}`));
      }, seedLimitMs);
      child.on("message", settle).once("close", onDeath).once("error", onDeath);
      if (child.connected) child.send(seed, (error) => error && onDeath());
      else onDeath();
    });

  return { run, isAlive: () => isAlive, end };
};

const lost = (seed: number, sentence: string): SeedReport => ({
  seed,
  violations: [sentence.trim()],
  steps: 0,
  counts: {},
});
