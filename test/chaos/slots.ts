/** Lets at most so many tasks run at once; the others wait, first come first served. */
export const slots = (most: number) => {
  let free = most;
  const waiting: (() => void)[] = [];
  const take = (): Promise<void> | undefined => {
    if (free > 0) {
      free -= 1;
      return undefined;
    }
    return new Promise((resolve) => waiting.push(resolve));
  };
  const give = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async <T>(task: () => Promise<T>): Promise<T> => {
    await take();
    return task().finally(give);
  };
};
