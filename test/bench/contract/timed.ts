import { concurrently } from "../pipeline/concurrently.ts";
import { median, quantile } from "../statistics.ts";

/** What one side did in one round: milliseconds from request to answer, requests a second, and what a request took of all processors. */
export type Figures = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Of this process and all of the stack, the work on its message included. */
  readonly processorMs: number;
  readonly refused: number;
  readonly firstRefusal?: string | undefined;
};

type Load = { readonly count: number; readonly atOnce: number; readonly stop: AbortSignal };

/** Collects the times of one side's requests, which come in slices: the other side's turn is between them. */
export const stopwatch = (
  request: (index: number) => Promise<void>,
  /** Milliseconds of processor time that all have taken so far. */
  processorMsSoFar: () => Promise<number>,
) => {
  const took: number[] = [];
  const refusals: string[] = [];
  let milliseconds = 0;
  let processorMs = 0;
  let next = 0;
  return {
    /** Makes so many requests more, so many at once; one that rejects is a refusal and has no time. */
    slice: async (load: Load): Promise<void> => {
      const spentBefore = await processorMsSoFar();
      const startedAt = performance.now();
      const first = next;
      next += load.count;
      await concurrently(load, async (index) => {
        const askedAt = performance.now();
        try {
          await request(first + index);
          took.push(performance.now() - askedAt);
        } catch (error) {
          refusals.push(String(error));
        }
      });
      milliseconds += performance.now() - startedAt;
      processorMs += (await processorMsSoFar()) - spentBefore;
    },
    figures: (): Figures => ({
      p50Ms: median(took),
      p99Ms: quantile(took, 0.99),
      perSecond: (took.length * 1_000) / milliseconds,
      processorMs: processorMs / took.length,
      refused: refusals.length,
      firstRefusal: refusals[0],
    }),
  };
};
