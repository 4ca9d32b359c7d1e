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
  readonly since: number;
  readonly end: (answer: Answer) => void;
};

/**
 * Those who wait for their turn: user by user, and of each user in the order in which they came. One timer is there for all, and who is let in
 * is so in the very moment in which another makes room: nobody is woken in vain, and nobody who comes just then is quicker.
 */
export const waitingLine = <Coming extends { readonly whose: string }, Answer>({
  clock,
  patienceMs,
  wait,
  tooLong,
}: Options<Coming, Answer>) => {
  const users = new Map<string, Waiter<Coming, Answer>[]>();
  let size = 0;
  let isTimed = false;

  const leave = (whose: string, waiters: Waiter<Coming, Answer>[]): void => {
    waiters.shift();
    size -= 1;
    if (waiters.length === 0) users.delete(whose);
  };
  const sendAway = (now: number): void => {
    for (const [whose, waiters] of users) {
      for (let [first] = waiters; first && isTooLong(first, now); [first] = waiters) {
        leave(whose, waiters);
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
        waiters.push({ coming, since: clock.now(), end });
        size += 1;
        if (!isTimed) void time();
      }),
    /**
     * Lets in whoever `answerFor` has an answer for, each user's first in turns; undefined is for who has to wait on, and where then `isFull`,
     * nobody else is asked about.
     */
    letIn: (answerFor: (coming: Coming) => Answer | undefined, isFull: () => boolean): void => {
      for (const [whose, waiters] of users) {
        const [first] = waiters;
        const answer = first && answerFor(first.coming);
        if (first && answer !== undefined) {
          leave(whose, waiters);
          if (users.delete(whose)) users.set(whose, waiters); // to the end, where this loop comes to them again
          first.end(answer);
        } else if (isFull()) return;
      }
    },
  };
};
