import type { FanoutJob } from "./job.ts";

/** The port to the queue `fanout`. */
export type Fanout = {
  /**
   * Puts a job on the queue, to be received when it is due. `expiresAt` (epoch milliseconds): after then nobody is told anything. Resolves when
   * the broker has it; throws `Unavailable` otherwise, and then it may be there or not.
   */
  readonly send: (job: FanoutJob, until: { readonly expiresAt: number }) => Promise<void>;
};

export const fanoutQueue = "fanout";
