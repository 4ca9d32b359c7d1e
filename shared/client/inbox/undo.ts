/** Something the user did and may still take back. */
export type Undoable = {
  /** What was done, in words. */
  readonly sentence: string;
  /** Undefined: it cannot be taken back, only read. */
  readonly takeBack: (() => void) | undefined;
  /** The time to take it back is over: what could not be undone is done now. */
  readonly settle: () => void;
};

/** One thing at a time can be taken back: the latest. */
export type Undo = {
  readonly current: () => Undoable | undefined;
  /** Settles what was offered before. */
  readonly offer: (undoable: Undoable) => void;
  readonly takeBack: () => void;
  /** Time is up: the page goes away, or the time has passed. */
  readonly settle: () => void;
  /** Forgets it, neither taken back nor settled: whose it was is gone. */
  readonly drop: () => void;
  /** While the pointer or the keyboard is at the offer, its time stands still and begins anew afterwards. */
  readonly hold: (isHeld: boolean) => void;
};

/** `changed` is called whenever there is another offer, or none any more. */
export const newUndo = (offeredMs: number, changed: () => void): Undo => {
  let current: Undoable | undefined;
  let isHeld = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const take = (): Undoable | undefined => {
    clearTimeout(timer);
    const taken = current;
    current = undefined;
    isHeld = false;
    return taken;
  };
  const settle = (): void => {
    const over = take();
    if (!over) return;
    over.settle();
    changed();
  };
  const count = (): void => {
    clearTimeout(timer);
    if (current && !isHeld) timer = setTimeout(settle, offeredMs);
  };
  return {
    current: () => current,
    offer: (undoable) => {
      take()?.settle();
      current = undoable;
      count();
      changed();
    },
    takeBack: () => {
      if (!current?.takeBack) return;
      take()?.takeBack?.();
      changed();
    },
    settle,
    drop: () => {
      if (take()) changed();
    },
    hold: (held) => {
      if (held === isHeld) return;
      isHeld = held;
      count();
    },
  };
};
