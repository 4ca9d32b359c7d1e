import { startWorker, type WorkerProcess } from "./worker-process.ts";
import type { SeedReport } from "./worker.ts";

/** Which seeds to run, and how. */
export type Run = {
  /** The program that runs them: see `startWorker`. */
  readonly program: string;
  readonly seeds: Iterable<number>;
  /** Stops once so many are violated. */
  readonly most: number;
  /** How many run at the same time. */
  readonly processes: number;
  /** Ends it early. */
  readonly stop?: AbortSignal;
  /** Milliseconds one seed may take; 10,000 by default. */
  readonly seedLimitMs?: number;
  /** Called with each seed's report, in the order in which they come in. */
  readonly onReport: (report: SeedReport) => void;
};

/**
 * Runs seeds in processes of their own: one that dies or hangs is told as a violation of its seed, and another takes its place.
 * Resolves when all are done, or enough are violated, or it was stopped; no process runs any more then.
 */
export const runSeeds = async (run: Run): Promise<void> => {
  const { program, seeds, most, processes, stop, seedLimitMs = 10_000, onReport } = run;
  const workers = new Set<WorkerProcess>();
  const left = seeds[Symbol.iterator]();
  let violated = 0;
  const isOver = (): boolean => violated >= most || stop?.aborted === true;
  const endAll = (): Promise<unknown> => Promise.all([...workers].map((worker) => worker.end()));
  const onStop = (): void => void endAll();
  stop?.addEventListener("abort", onStop, { once: true });

  const work = async (): Promise<void> => {
    let worker: WorkerProcess | undefined;
    while (!isOver()) {
      const { value: seed, done } = left.next();
      if (done) return;
      if (!worker?.isAlive()) workers.add((worker = startWorker(program, seedLimitMs)));
      const report = await worker.run(seed);
      if (isOver()) return; // what was cut off has nothing to tell
      if (report.violations.length > 0) violated += 1;
      onReport(report);
      if (isOver()) void endAll();
    }
  };
  try {
    await Promise.all(Array.from({ length: processes }, work));
  } finally {
    stop?.removeEventListener("abort", onStop);
    await endAll();
  }
};

/** So many seeds, from the first on. */
export const consecutive = function* (from: number, count: number): Iterable<number> {
  for (let seed = from; seed < from + count; seed += 1) yield seed;
};
