/** Runs a task once those before it of the same key have ended, however they ended. Resolves or rejects as the task does. */
export type OneAtATime = <T>(key: string, task: () => Promise<T>) => Promise<T>;

/**
 * Lets tasks of the same key follow one another within this process, in the order they came, while other keys go on. Where rows
 * change by ETag, this spares an instance from losing races against itself; other instances are still met by the ETag alone.
 */
export const oneAtATime = (): OneAtATime => {
  const latest = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const before = latest.get(key);
    const mine = (before ?? Promise.resolve()).then(task);
    const ended = mine.catch(() => undefined); // the failure is its caller's, not the next one's
    latest.set(key, ended);
    try {
      return await mine;
    } finally {
      if (latest.get(key) === ended) latest.delete(key);
    }
  };
};
