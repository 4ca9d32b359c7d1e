/**
 * Does a task for each item, at most so many at once, in the order they come. When one fails no further items are begun; those under
 * way are waited for, then the first failure is thrown.
 */
export const concurrently = async <T>(
  atOnce: number,
  items: AsyncIterable<T> | Iterable<T>,
  task: (item: T) => Promise<void>,
): Promise<void> => {
  // Each worker takes the next item when it is free. The one that fails ends the source for all of them.
  const source = each(items);
  const worker = async (): Promise<void> => {
    for await (const item of source) await task(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  const failed = ended.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
};

async function* each<T>(items: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
