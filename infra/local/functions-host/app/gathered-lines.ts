/** Milliseconds a line waits for others. */
const gatheredMs = 50;

/** Lines on their way to a stream. */
export type GatheredLines = {
  readonly add: (line: string) => void;
  /** Writes those that wait, now. */
  readonly flush: () => void;
};

/**
 * Writes lines in their order, those of 50 ms together: a write to a pipe waits until it is made and wakes whoever reads there, which
 * costs more than all that was done for the line.
 */
export const gatheredLines = (write: (text: string) => void, later = setTimeout): GatheredLines => {
  let waiting = "";
  const flush = (): void => {
    const text = waiting;
    waiting = "";
    if (text !== "") write(text);
  };
  return {
    add: (line) => {
      if (waiting === "") later(flush, gatheredMs);
      waiting += `${line}\n`;
    },
    flush,
  };
};
