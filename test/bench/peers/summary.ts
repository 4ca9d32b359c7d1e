import type { Arrived } from "../pipeline/arrivals.ts";
import { median } from "../statistics.ts";
import type { Sent } from "./post.ts";
import { sideNames, type Cpu, type PeerName, type SideName } from "./side.ts";

/** What one side did in one round. */
export type Turn = {
  /** Deliveries, from the first request to the last arrival. */
  readonly perSecond: number;
  /** Milliseconds for each delivery: of the application's process, and of the others. */
  readonly cpuMs: Cpu;
  readonly refused: number;
  /** Pushes that a device did not have, or not to the letter. */
  readonly lost: number;
  /** Pushes that came once more, or of a POST that was refused. */
  readonly duplicates: number;
};
/** Without those peers that were skipped. */
export type Round = { readonly ours: Turn } & Readonly<Partial<Record<PeerName, Turn>>>;

/** Of what was sent and what arrived, with the CPU seconds before and after. */
export const turnOf = (
  { startedAt, refused }: Sent,
  { at, lost, duplicates }: Arrived,
  before: Cpu,
  after: Cpu,
): Turn => {
  const forEach = (seconds: number): number => (seconds * 1_000) / at.size;
  const others = Object.entries(after.others).map(
    ([name, seconds]) => [name, forEach(seconds - (before.others[name] ?? 0))] as const,
  );
  const cpuMs = { app: forEach(after.app - before.app), others: Object.fromEntries(others) };
  const lastArrivalAt = [...at.values()].reduce((latest, one) => Math.max(latest, one), startedAt + 1);
  return { perSecond: (at.size * 1_000) / (lastArrivalAt - startedAt), cpuMs, refused, lost, duplicates };
};

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
/** Deliveries per CPU second of all processes, and of the application's alone. */
const perCpuSecond = {
  all: ({ cpuMs: { app, others } }: Turn): number => 1_000 / (app + total(Object.values(others))),
  app: ({ cpuMs: { app } }: Turn): number => 1_000 / app,
};

/** Ours in the peer's, round by round; ahead when the median is above 1. */
const ratiosOf = (rounds: readonly Round[], peer: PeerName, of: (turn: Turn) => number) => {
  const ratios = rounds.flatMap(({ ours, [peer]: theirs }) => (theirs ? [of(ours) / of(theirs)] : []));
  return { ratios, isAhead: median(ratios) > 1 };
};

/** For one number of devices: medians by side and, what alone can be compared between machines, the ratios of each round. */
export const summary = (devices: number, rounds: readonly Round[]) => {
  const sides = sideNames.flatMap((name: SideName) => {
    const turns = rounds.flatMap((round) => round[name] ?? []);
    if (turns.length === 0) return [];
    const middle = (of: (turn: Turn) => number): number => median(turns.map(of));
    const sum = (of: (turn: Turn) => number): number => total(turns.map(of));
    const parts = Object.keys(turns[0]?.cpuMs.others ?? {});
    return {
      name,
      perCpuSecond: middle(perCpuSecond.all),
      perAppCpuSecond: middle(perCpuSecond.app),
      perSecond: middle(({ perSecond }) => perSecond),
      cpuMs: {
        app: middle(({ cpuMs }) => cpuMs.app),
        others: Object.fromEntries(parts.map((part) => [part, middle(({ cpuMs }) => cpuMs.others[part] ?? NaN)])),
      },
      refused: sum(({ refused }) => refused),
      lost: sum(({ lost }) => lost),
      duplicates: sum(({ duplicates }) => duplicates),
    };
  });
  const beside = sides.flatMap(({ name }) =>
    name === "ours"
      ? []
      : [{ peer: name, all: ratiosOf(rounds, name, perCpuSecond.all), app: ratiosOf(rounds, name, perCpuSecond.app) }],
  );
  return { devices, sides, beside };
};

/** Nothing refused, lost or bent on any side. */
export const isWhole = (measured: readonly ReturnType<typeof summary>[]): boolean =>
  measured.every(({ sides }) => sides.every(({ refused, lost }) => refused + lost === 0));
