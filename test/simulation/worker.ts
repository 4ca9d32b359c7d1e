import type { SimulationResult } from "./simulate.ts";

/** What one seed came to, without the trace: that is for `--seed`. */
export type SeedReport = Omit<SimulationResult, "trace">;

/**
 * Makes this process a worker: it runs the seeds that its parent sends it, one after another, and sends back what each came to.
 * It ends with its parent.
 */
export const serveSeeds = (simulate: (seed: number) => Promise<SimulationResult>): void => {
  process.on("message", (seed: number) => void reportOf(simulate, seed).then((report) => process.send?.(report)));
  process.once("disconnect", () => process.exit());
  // A terminal's Ctrl-C reaches the whole group; the parent has heard it, too, and ends us when it has told what it knows.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
};

/** A simulator that throws has found something, be it in itself. */
const reportOf = async (simulate: (seed: number) => Promise<SimulationResult>, seed: number): Promise<SeedReport> => {
  try {
    const { trace: _, ...report } = await simulate(seed);
    return report;
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { seed, violations: [`The simulator threw: ${told}`], steps: 0, counts: {} };
  }
};
