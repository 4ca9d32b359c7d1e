/** Runs a task as soon as there is room for it. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

/** Lets through at most `width` tasks at a time, the others in the order they came. */
export const createGate = (width: number): Gate => {
  const waiting: (() => void)[] = [];
  let free = width;
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
};
