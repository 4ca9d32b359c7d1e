const made = ((globalThis as { madeOnce?: Map<string, unknown> }).madeOnce ??= new Map<string, unknown>());

/**
 * What takes long to make and may serve every test file of a worker. A module's own constant is made again for each file
 * that follows a `loadApp`, which has all modules evaluated anew.
 */
export const oncePerWorker = <T>(name: string, make: () => T): T => {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as T;
};
