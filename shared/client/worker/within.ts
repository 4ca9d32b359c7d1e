/**
 * The result of some work, or undefined when it fails or takes longer than so many milliseconds: a worker that waits for ever is killed
 * with everything it had still to do. The work itself goes on, if the browser lets it.
 */
export const within = async <T>(ms: number, work: Promise<T>): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(ms, 0));
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};
