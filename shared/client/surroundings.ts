/** What else a client meets where it runs: time, chance, whether anybody looks, and the other tabs of this browser. */
export type Surroundings = {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly chance: () => number;
  /** Runs it once after so many milliseconds; what is returned calls it off. */
  readonly after: (ms: number, run: () => void) => () => void;
  /** Whether the user may be looking; where there is no page, always. */
  readonly isVisible: () => boolean;
  /** Tells when the page is shown or hidden, or the network comes or goes, until the signal is aborted. */
  readonly onTurn: (told: () => void, signal: AbortSignal) => void;
  /**
   * Runs the work while nobody else in this browser has a lock of that name, and resolves to its result. When the signal ends the wait
   * for its turn it rejects. Where the browser gives no locks, the work runs at once: what is locked is spared work, never correctness.
   */
  readonly alone: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** The other tabs, and the service worker, that have opened a channel of that name; undefined where the browser gives none. */
  readonly channel: (name: string, heard: (word: string) => void) => Channel | undefined;
  /** Whether there is a service worker, or this is one: without any, nothing is ever pushed here. */
  readonly hasWorker: () => Promise<boolean>;
};

export type Channel = { readonly tell: (word: string) => void; readonly close: () => void };

/** Resolves after so many milliseconds, or as soon as the signal is aborted. */
export const rest = ({ after }: Pick<Surroundings, "after">, ms = 0, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted || ms <= 0) {
      resolve();
      return;
    }
    const end = (): void => {
      callOff();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const callOff = after(ms, end);
    signal.addEventListener("abort", end);
  });
