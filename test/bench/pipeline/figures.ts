import { median, quantile } from "../statistics.ts";
import { keyOf, type Arrived, type Expected } from "./arrivals.ts";
import type { ProcessorTime } from "./processor-time.ts";
import { steadyRate } from "./steady.ts";

/** One request that a side made: when (epoch milliseconds), how long its answer took, and which pushes it promised. */
export type Accepted = {
  readonly answeredAt: number;
  readonly tookMs: number;
  readonly promised: readonly Expected[];
};
export type Sent = {
  readonly startedAt: number;
  readonly accepted: readonly Accepted[];
  /** How many requests were answered otherwise or not at all, and what the first of them was told. */
  readonly refused: number;
  readonly firstRefusal?: string | undefined;
};

/** What one side did in one round. Rates are per second; times in milliseconds. */
export type Figures = {
  /** From the first request to the last answer. */
  readonly acceptedPerSecond: number;
  /** In the steady middle of the round, see `steadyRate`. */
  readonly deliveriesPerSecond: number;
  readonly acceptP50Ms: number;
  readonly acceptP99Ms: number;
  /** From the caller's answer to the arrival at the device; below zero when the device had it first. */
  readonly toDeviceP50Ms: number;
  readonly toDeviceP99Ms: number;
  readonly refused: number;
  readonly lost: number;
  readonly duplicates: number;
  /** Processor time of each process for each delivery, in microseconds, from the first request to the last arrival. */
  readonly processorTime: ProcessorTime;
};

/** Both sides of one round. */
export type Round = { readonly api: Figures; readonly other: Figures };

/** `lead`: how many pushes the caller may be ahead of the devices. */
export const figuresOf = (
  { startedAt, accepted, refused }: Sent,
  { at, lost, duplicates }: Arrived,
  { lead, processorTime }: { readonly lead: number; readonly processorTime: ProcessorTime },
): Figures => {
  const lastAnswerAt = largest(accepted.map(({ answeredAt }) => answeredAt));
  const accepting = accepted.map(({ tookMs }) => tookMs);
  const toDevice = accepted.flatMap(({ answeredAt, promised }) =>
    promised.flatMap((expected) => {
      const arrivedAt = at.get(keyOf(expected));
      return arrivedAt === undefined ? [] : [arrivedAt - answeredAt];
    }),
  );
  return {
    acceptedPerSecond: perSecond(accepted.length, lastAnswerAt - startedAt),
    deliveriesPerSecond: steadyRate([...at.values()], lead),
    acceptP50Ms: median(accepting),
    acceptP99Ms: quantile(accepting, 0.99),
    toDeviceP50Ms: median(toDevice),
    toDeviceP99Ms: quantile(toDevice, 0.99),
    refused,
    lost,
    duplicates,
    processorTime,
  };
};

const perSecond = (count: number, milliseconds: number): number => (count * 1_000) / Math.max(1, milliseconds);
// Math.max(...values) takes its arguments from the stack, which many pushes would overflow.
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** Each figure's median over the rounds; of what must not be, the sum. */
export const overall = (rounds: readonly Figures[]): Figures => {
  const middle = (of: (figures: Figures) => number): number => median(rounds.map(of));
  const sum = (of: (figures: Figures) => number): number => rounds.map(of).reduce((a, b) => a + b, 0);
  return {
    acceptedPerSecond: middle((round) => round.acceptedPerSecond),
    deliveriesPerSecond: middle((round) => round.deliveriesPerSecond),
    acceptP50Ms: middle((round) => round.acceptP50Ms),
    acceptP99Ms: middle((round) => round.acceptP99Ms),
    toDeviceP50Ms: middle((round) => round.toDeviceP50Ms),
    toDeviceP99Ms: middle((round) => round.toDeviceP99Ms),
    refused: sum((round) => round.refused),
    lost: sum((round) => round.lost),
    duplicates: sum((round) => round.duplicates),
    processorTime: new Map(
      [...(rounds[0]?.processorTime.keys() ?? [])].map((name) => [
        name,
        middle((round) => round.processorTime.get(name) ?? NaN),
      ]),
    ),
  };
};

/** Of all processes together, for each delivery, in microseconds. */
export const allProcessorTime = ({ processorTime }: Figures): number =>
  [...processorTime.values()].reduce((sum, time) => sum + time, 0);
