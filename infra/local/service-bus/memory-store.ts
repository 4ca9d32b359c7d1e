import type { Store } from "./store.ts";

/** The store of `--ephemeral`: the same promises, but for the end of the process. */
export const memoryStore = (): Store => {
  const values = new Map<string, Buffer>();
  return {
    put: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
    committed: () => Promise.resolve(),
    read: (keys) => Promise.resolve(keys.map((key) => values.get(key))),
    async *list(prefix) {
      await Promise.resolve();
      yield* [...values].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    },
    close: () => Promise.resolve(),
  };
};
