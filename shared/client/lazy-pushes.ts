import type { Pushes, PushesUse } from "./pushes.ts";

export type LazyPushes = {
  /** Rejects when the script is not to be had; it is tried again at the next call. */
  readonly pushes: () => Promise<Pushes>;
  /** Does it only where something can be pushed; undefined where not, or when it fails. */
  readonly ifPushed: <T>(work: (pushes: Pushes) => T | Promise<T>) => Promise<T | undefined>;
};

/** What has to do with pushes is a script of its own, which a page without a service worker never loads. */
export const lazyPushes = (use: () => PushesUse, hasWorker: () => Promise<boolean>): LazyPushes => {
  let loading: Promise<Pushes> | undefined;
  const load = async (): Promise<Pushes> => {
    try {
      return (await import("./push.ts")).pushes(use());
    } catch (cause) {
      loading = undefined;
      throw cause;
    }
  };
  const pushes = (): Promise<Pushes> => (loading ??= load());
  return {
    pushes,
    ifPushed: async (work) => {
      try {
        return loading || (await hasWorker()) ? await work(await pushes()) : undefined;
      } catch {
        return undefined;
      }
    },
  };
};
