type Waiting = { readonly tab: object; readonly name: string; readonly begin: () => void };
type Held = { readonly tab: object; readonly name: string };

/** The locks of one browser, as Web Locks has them: by name, first come first served, let go of by a tab that is killed. */
export const locks = () => {
  let held: readonly Held[] = [];
  let queue: readonly Waiting[] = [];
  const next = (): void => {
    for (const one of queue) {
      if (held.some(({ name }) => name === one.name)) continue;
      queue = queue.filter((other) => other !== one);
      held = [...held, one];
      one.begin();
    }
  };
  return {
    run: <T>(tab: object, name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => {
          queue = queue.filter((other) => other !== request);
          reject(new DOMException("aborted", "AbortError"));
        };
        const request: Waiting = {
          tab,
          name,
          begin: () => {
            signal.removeEventListener("abort", giveUp);
            const end = (): void => {
              held = held.filter((other) => other !== request);
              next();
            };
            work().then(resolve, reject).finally(end);
          },
        };
        if (signal.aborted) {
          reject(new DOMException("aborted", "AbortError"));
          return;
        }
        signal.addEventListener("abort", giveUp);
        queue = [...queue, request];
        next();
      }),
    release: (tab: object): void => {
      held = held.filter((one) => one.tab !== tab);
      queue = queue.filter((one) => one.tab !== tab);
      next();
    },
  };
};
