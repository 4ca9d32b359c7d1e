/** A run's place among those that push. */
export type Place = {
  /** Tells how many pushes the run makes, once it knows. */
  readonly pushes: (count: number) => void;
  /** One of them is answered. */
  readonly answered: () => void;
  /** The run is over, however it ended. To be called once. */
  readonly leave: () => void;
};

/** One run tells little of the next: what is expected of it moves by so much of the difference. */
const weightOfOne = 0.25;
/** What is expected of a run before one has told: with less, all messages in hand would begin at once after a start. */
const expectedAtFirst = 20;

/**
 * Lets a run begin when the pushes of those before it leave room for its own; the others wait in the order in which they came. A message in
 * hand may be for fifty devices, and those of a few dozen messages are more than push services take within the time that a push may wait for
 * its turn: each would be held, and come again by a message and a run of its own. So the wait is before anything is read: what a run goes by is
 * as new as ever. Nobody waits for ever, for a push that has begun is answered, held or given up within seconds; and a run that finds nobody else
 * begins in any case. How many pushes a run makes is not known before it has read; it is taken to be about as many as those before it.
 */
export const roomForRuns = (pushesMost: number): (() => Promise<Place>) => {
  const waiting: (() => void)[] = [];
  let taken = 0;
  let runs = 0;
  let usual: number | undefined;

  const expected = (): number => usual ?? expectedAtFirst;

  const hasRoom = (): boolean => runs === 0 || taken + expected() <= pushesMost;
  const letIn = (): void => {
    while (waiting.length > 0 && hasRoom()) waiting.shift()?.();
  };

  const begin = (): Place => {
    let own = expected();
    taken += own;
    runs += 1;
    const has = (count: number): void => {
      taken += count - own;
      own = count;
      letIn();
    };
    return {
      pushes: (count) => {
        usual = usual === undefined ? count : usual + (count - usual) * weightOfOne;
        has(count);
      },
      answered: () => has(Math.max(0, own - 1)),
      leave: () => {
        runs -= 1;
        has(0);
      },
    };
  };

  return () =>
    new Promise((resolve) => {
      waiting.push(() => resolve(begin()));
      letIn();
    });
};
