import { keyOf, type Arrived, type Expected } from "../pipeline/arrivals.ts";
import { median, quantile } from "../statistics.ts";
import { growthOf } from "./sustained-load.ts";

/** A request that was accepted: epoch milliseconds of when it was due, when it was begun and when its answer was there. */
export type Accepted = {
  readonly dueAt: number;
  readonly begunAt: number;
  readonly answeredAt: number;
  readonly promised: readonly Expected[];
};

/** In the order in which they were due. */
export type Sent = {
  readonly perSecond: number;
  readonly accepted: readonly Accepted[];
  readonly refused: number;
};

/** Milliseconds. */
export type Quantiles = { readonly p50: number; readonly p90: number; readonly p99: number; readonly most: number };

/** What one load did, in milliseconds; each device counts by itself. */
export type Figures = {
  readonly perSecond: number;
  /** From when a POST was due until its answer. */
  readonly post: Quantiles;
  /** From its answer until the device; below zero when the device had it first. */
  readonly toDevice: Quantiles;
  /** From when it was due until the device. */
  readonly throughout: Quantiles;
  /** From when it was due until this process began it: what the machine, and not the service, is late. */
  readonly begun: Quantiles;
  /** By how much the last quarter took longer than the first, until the device. */
  readonly growthMs: number;
  readonly refused: number;
  readonly lost: number;
  readonly duplicates: number;
};

const quantilesOf = (values: readonly number[]): Quantiles => ({
  p50: median(values),
  p90: quantile(values, 0.9),
  p99: quantile(values, 0.99),
  most: quantile(values, 1),
});

export const figuresOf = ({ perSecond, accepted, refused }: Sent, { at, lost, duplicates }: Arrived): Figures => {
  const arrivals = accepted.flatMap(({ promised, ...request }) =>
    promised.flatMap((expected) => {
      const arrivedAt = at.get(keyOf(expected));
      return arrivedAt === undefined ? [] : [{ ...request, arrivedAt }];
    }),
  );
  const throughout = arrivals.map(({ dueAt, arrivedAt }) => arrivedAt - dueAt);
  return {
    perSecond,
    post: quantilesOf(accepted.map(({ dueAt, answeredAt }) => answeredAt - dueAt)),
    toDevice: quantilesOf(arrivals.map(({ answeredAt, arrivedAt }) => arrivedAt - answeredAt)),
    throughout: quantilesOf(throughout),
    begun: quantilesOf(accepted.map(({ dueAt, begunAt }) => begunAt - dueAt)),
    growthMs: growthOf(throughout),
    refused,
    lost,
    duplicates,
  };
};
