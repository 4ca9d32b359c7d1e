/** Does `count` tasks, so many at once, in the order of their numbers. Rejects with the first fault, or when stopped. */
export const concurrently = async (
  { count, atOnce, stop }: { readonly count: number; readonly atOnce: number; readonly stop: AbortSignal },
  task: (index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      stop.throwIfAborted();
      await task(next++);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
};
