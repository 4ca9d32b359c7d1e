import { milliseconds } from "../clock.ts";

/** How long one that was let through may take to say how it went, before the next one is. */
const probeMs = milliseconds.second;

/** Keeps everybody out for a while, then lets them in one by one until somebody says that all is well. */
export type Gate = {
  readonly close: (until: number) => void;
  readonly open: () => void;
  /** Undefined for whoever may go in, else the epoch millisecond until which it is shut. */
  readonly enter: (now: number) => number | undefined;
};

export const gate = (): Gate => {
  let shutUntil: number | undefined;
  return {
    close: (until) => {
      shutUntil = until;
    },
    open: () => {
      shutUntil = undefined;
    },
    enter: (now) => {
      if (shutUntil === undefined) return undefined;
      if (now < shutUntil) return shutUntil;
      // Whoever goes in may come to nothing by itself, a fault of its own say: then the next one's turn comes soon.
      shutUntil = now + probeMs;
      return undefined;
    },
  };
};
