import { nothingKnown, type LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";

/** A store that lasts as long as the page: for tests, and for browsers that keep nothing. */
export const memoryLocalStore = (): LocalStore => {
  let state = nothingKnown;
  const later = <T>(work: () => T): Promise<T> => Promise.resolve().then(work);
  return {
    read: () => later(() => state),
    update: (step: (state: LocalState) => LocalState) => later(() => (state = step(state))),
    clear: () =>
      later(() => {
        state = nothingKnown;
      }),
    close: () => undefined,
  };
};
