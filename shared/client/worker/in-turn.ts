import { within } from "./within.ts";

/**
 * Runs what it is given one after another, in the order given, and returns its promise. Work that fails keeps nobody from coming next, nor
 * does work that takes longer than so many milliseconds, or never ends: then the next begins beside it.
 */
export const inTurn = (turnMs: number): ((work: () => Promise<void>) => Promise<void>) => {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    // In an object, as a promise would be waited for.
    const begun = turn.then(() => ({ done: Promise.resolve().then(work) }));
    turn = begun.then(({ done }) => within(turnMs, done));
    return begun.then(({ done }) => done);
  };
};
