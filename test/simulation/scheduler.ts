/** What happens when: one clock, and everything that is to come, each thing at its time. No real time passes. */
export type Scheduler = {
  /** Epoch milliseconds, the world's true time. */
  readonly now: () => number;
  /** Has this happen so many milliseconds from now; of two things at one time the one that was asked for first. */
  readonly after: (ms: number, happen: () => void) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Lets one thing after the other happen, and each time all that follows from it at once, until the world is at rest, nothing is
   * left to happen, or so many things have. Resolves to how many they were.
   */
  readonly run: (until: { readonly isAtRest: () => boolean; readonly stepsMost: number }) => Promise<number>;
};

type Event = { readonly at: number; readonly happen: () => void };

export const schedulerFrom = (start: number): Scheduler => {
  let now = start;
  const events: Event[] = []; // latest first: the next one is the last

  const after = (ms: number, happen: () => void): void => {
    const at = now + Math.max(0, Math.ceil(ms));
    let place = events.length;
    while (place > 0 && at >= (events[place - 1]?.at ?? 0)) place -= 1;
    events.splice(place, 0, { at, happen });
  };

  return {
    now: () => now,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    run: async ({ isAtRest, stepsMost }) => {
      for (let steps = 0; ; steps += 1) {
        await allSettled();
        const event = isAtRest() || steps === stepsMost ? undefined : events.pop();
        if (!event) return steps;
        now = event.at;
        event.happen();
      }
    },
  };
};

/** By then every promise that could be kept was kept: nothing in the simulated world waits for anything but the scheduler. */
const allSettled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
