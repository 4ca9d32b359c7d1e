/** The time, as a dependency: rules and handlers ask it, tests set it. */
export type Clock = {
  /** Milliseconds since the Unix epoch, UTC. */
  readonly now: () => number;
};

export const systemClock: Clock = { now: () => Date.now() };

export const milliseconds = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
