/** The work under way, so that a stop can wait for it. */
export type Work = {
  /** Counts a piece of work until it settles. A rejection is not handled here: it ends the process, as a crash does. */
  readonly track: (piece: Promise<void>) => void;
  /** Waits until nothing runs, at most so many milliseconds; resolves to the number of pieces that still run. */
  readonly idle: (milliseconds: number) => Promise<number>;
};

/** Keeps account of the work under way. */
export const trackWork = (): Work => {
  const running = new Set<Promise<void>>();
  const idle = async (): Promise<void> => {
    while (running.size > 0) await Promise.allSettled(running);
  };
  return {
    track: (piece) => {
      running.add(piece);
      void piece.finally(() => running.delete(piece));
    },
    idle: async (milliseconds) => {
      await before(milliseconds, idle());
      return running.size;
    },
  };
};

/** Waits for a promise, at most so many milliseconds. Rejects as it does within that time. */
export const before = async (milliseconds: number, promise: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, over]).finally(() => clearTimeout(timer));
};
