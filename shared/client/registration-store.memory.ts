import type { Registration, RegistrationStore } from "./local-store.ts";

/** A registration that lasts as long as the page: for tests, and for browsers that keep nothing. */
export const memoryRegistrationStore = (): RegistrationStore => {
  let registration: Registration | undefined;
  return {
    read: () => Promise.resolve(registration),
    write: (next) => {
      registration = next;
      return Promise.resolve();
    },
  };
};
