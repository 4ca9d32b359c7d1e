import { within } from "./within.ts";

/**
 * Runs what it is given one after another, in the order given, and resolves as that does. Work that fails keeps nobody from coming next, nor
 * does work that takes longer than so many milliseconds, or never ends: then the next begins beside it.
 */
export const inTurn = (turnMs: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    // In an object, as a promise would be waited for.
    const begun = turn.then(() => ({ done: Promise.resolve().then(work) }));
    turn = begun.then(({ done }) => within(turnMs, done));
    return begun.then(({ done }) => done);
  };
};
