import { stepsOf } from "./clock.ts";

/** What a vendor grants in each period and takes back at its end: credits of a second, a quota of a minute. */
export type Allowance = {
  /** Of what is wanted in this step, what is granted; the rest is refused, and counted. */
  readonly take: (step: number, wanted: number) => number;
  /** What this step may still take. */
  readonly left: (step: number) => number;
  readonly refused: () => number;
};

export const allowance = (perPeriod: number, periodSeconds = 1): Allowance => {
  const steps = stepsOf(periodSeconds);
  let period = -1;
  let left = 0;
  let refused = 0;
  const renew = (step: number): void => {
    if (Math.floor(step / steps) === period) return;
    period = Math.floor(step / steps);
    left = perPeriod;
  };
  return {
    take: (step, wanted) => {
      renew(step);
      const granted = Math.min(wanted, left);
      left -= granted;
      refused += wanted - granted;
      return granted;
    },
    left: (step) => {
      renew(step);
      return left;
    },
    refused: () => refused,
  };
};
