/** Messages that are alike, and wait together. */
export type Messages = {
  readonly count: number;
  /** The step in which their notification was accepted. */
  readonly acceptedAt: number;
  /** The step since which they may be received. */
  readonly since: number;
  /** Pushes that all of them together are to make. */
  readonly pushes: number;
  /** Attempts made so far. */
  readonly attempts: number;
};

/** The queue: first come, first received. */
export const waiting = () => {
  let queue: Messages[] = [];
  let head = 0;
  let total = 0;
  return {
    total: (): number => total,
    add: (messages: Messages): void => {
      if (messages.count <= 0) return;
      queue.push(messages);
      total += messages.count;
    },
    /** Takes so many from the front, or all there are. */
    take: (count: number): readonly Messages[] => {
      const taken: Messages[] = [];
      let left = Math.min(count, total);
      total -= left;
      for (let first = queue[head]; left > 0 && first; first = queue[head]) {
        const part = partOf(first, Math.min(left, first.count));
        taken.push(part);
        left -= part.count;
        const rest = { ...first, count: first.count - part.count, pushes: first.pushes - part.pushes };
        if (rest.count > 0) queue[head] = rest;
        else head += 1;
      }
      if (head > 1_000) {
        queue = queue.slice(head);
        head = 0;
      }
      return taken;
    },
  };
};

/** So many of them, with their share of the pushes. */
export const partOf = (messages: Messages, count: number): Messages => ({
  ...messages,
  count,
  pushes: messages.count === 0 ? 0 : Math.round((messages.pushes * count) / messages.count),
});

/** How often each value was seen. */
export const tally = () => {
  const counts = new Map<number, number>();
  let total = 0;
  return {
    add: (value: number, count: number): void => {
      counts.set(value, (counts.get(value) ?? 0) + count);
      total += count;
    },
    total: (): number => total,
    /** The value below or at which that share (0 to 1) lies; 0 of none. */
    quantile: (share: number): number => {
      let seen = 0;
      for (const [value, count] of [...counts].toSorted(([one], [other]) => one - other)) {
        seen += count;
        if (seen >= share * total) return value;
      }
      return 0;
    },
    /** The share of what was at most so much. */
    within: (most: number): number =>
      [...counts].reduce((sum, [value, count]) => (value <= most ? sum + count : sum), 0) / Math.max(1, total),
  };
};
