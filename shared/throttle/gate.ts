import { milliseconds } from "../clock.ts";

/** How long those that were let through may take to say how it went, before the next ones are. */
const probeMs = milliseconds.second;

/**
 * Keeps everybody out for a while, then lets in one, a second later two, then four, until somebody says that all is well. Whoever
 * goes in may come to nothing by itself (a fault of its own, nothing to send): were it always one, a caller who sends
 * nothing but faults would be that one each time, and keep everybody out for good.
 */
export type Gate = {
  readonly close: (until: number) => void;
  readonly open: () => void;
  /** Undefined for whoever may go in, else the epoch millisecond until which it is shut. */
  readonly enter: (now: number) => number | undefined;
};

export const gate = (): Gate => {
  let shutUntil: number | undefined;
  let atOnce = 1;
  let left = 0;
  return {
    close: (until) => {
      shutUntil = until;
      atOnce = 1;
      left = 0;
    },
    open: () => {
      shutUntil = undefined;
    },
    enter: (now) => {
      if (shutUntil === undefined) return undefined;
      if (now >= shutUntil) {
        shutUntil = now + probeMs;
        left = atOnce;
        atOnce *= 2;
      }
      if (left === 0) return shutUntil;
      left -= 1;
      return undefined;
    },
  };
};
