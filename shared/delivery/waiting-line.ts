import type { Clock } from "../clock.ts";

type Options<Coming, Answer> = {
  readonly clock: Clock;
  /** Nobody waits longer. Milliseconds. */
  readonly patienceMs: number;
  /** Resolves after so many milliseconds; never rejects. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** What is said to who has waited so long. */
  readonly tooLong: (coming: Coming, now: number) => Answer;
};

type Waiter<Coming, Answer> = {
  readonly coming: Coming;
  /** In the order of arrival. */
  readonly number: number;
  readonly since: number;
  readonly end: (answer: Answer) => void;
};

/**
 * Those who wait for their turn, in the order in which they came; where one has to wait on, so have all of that user. One timer is there for all,
 * and who is let in is so in the very moment in which another makes room: nobody is woken in vain, and nobody who comes just then is quicker.
 */
export const waitingLine = <Coming extends { readonly whose: string }, Answer>({
  clock,
  patienceMs,
  wait,
  tooLong,
}: Options<Coming, Answer>) => {
  const users = new Map<string, Waiter<Coming, Answer>[]>();
  let came = 0;
  let size = 0;
  let isTimed = false;

  const leave = (whose: string): void => {
    const waiters = users.get(whose) ?? [];
    waiters.shift();
    size -= 1;
    if (waiters.length === 0) users.delete(whose);
  };
  /** Who came first, but for these users. */
  const firstBut = (waitOn: ReadonlySet<string>): Waiter<Coming, Answer> | undefined => {
    let found: Waiter<Coming, Answer> | undefined;
    for (const [whose, [first]] of users) {
      if (first && (!found || first.number < found.number) && !waitOn.has(whose)) found = first;
    }
    return found;
  };
  const sendAway = (now: number): void => {
    for (const [whose, waiters] of users) {
      for (let [first] = waiters; first && isTooLong(first, now); [first] = waiters) {
        leave(whose);
        first.end(tooLong(first.coming, now));
      }
    }
  };
  /** Where the clock was set back, nobody knows how long somebody has waited. */
  const isTooLong = ({ since }: { readonly since: number }, now: number): boolean =>
    now - since >= patienceMs || now < since;
  const time = async (): Promise<void> => {
    isTimed = true;
    while (size > 0) {
      const longest = Math.min(...[...users.values()].map(([first]) => first?.since ?? Infinity));
      await wait(Math.max(1, longest + patienceMs - clock.now()));
      sendAway(clock.now());
    }
    isTimed = false;
  };

  return {
    size: (): number => size,
    /** Resolves to what `letIn` found for them, or `tooLong`. */
    join: (coming: Coming): Promise<Answer> =>
      new Promise((end) => {
        const waiters = users.get(coming.whose) ?? [];
        users.set(coming.whose, waiters);
        waiters.push({ coming, number: (came += 1), since: clock.now(), end });
        size += 1;
        if (!isTimed) void time();
      }),
    /**
     * Lets in whoever `answerFor` has an answer for; undefined is for who has to wait on, and where then `isFull`, nobody else is asked
     * about.
     */
    letIn: (answerFor: (coming: Coming) => Answer | undefined, isFull: () => boolean): void => {
      const waitOn = new Set<string>();
      for (let first = firstBut(waitOn); first; first = firstBut(waitOn)) {
        const { whose } = first.coming;
        const answer = answerFor(first.coming);
        if (answer !== undefined) {
          leave(whose);
          first.end(answer);
        } else if (isFull()) return;
        else waitOn.add(whose);
      }
    },
  };
};
