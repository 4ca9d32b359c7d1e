/** Starts a settlement, perhaps a moment later, and resolves or rejects as it does. */
export type InTurn = <T>(verdict: string, settle: () => Promise<T>) => Promise<T>;

/**
 * Keeps settlements of different verdicts out of each other's turn of the event loop. The client's AMQP library (rhea 3.0.5,
 * `write_dispositions`) joins two neighbours that are settled in one turn into one frame with the first one's outcome: a failed
 * message would be completed with its neighbour, and lost. Equal verdicts may go together, and mostly do.
 */
export const createTurns = (nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve))): InTurn => {
  let latest = "";
  let turn = Promise.resolve();
  return (verdict, settle) => {
    if (verdict !== latest) turn = turn.then(nextTurn);
    latest = verdict;
    return turn.then(settle);
  };
};
