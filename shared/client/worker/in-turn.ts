/** Runs what it is given one after another, in the order given. Work that fails keeps nobody from coming next. */
export const inTurn = (): ((work: () => Promise<void>) => Promise<void>) => {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.then(work, work);
    return last;
  };
};
