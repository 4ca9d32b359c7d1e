type Due = { readonly at: number; readonly call: () => void };

/** Time that passes only when a test lets it: what is due is called in its order, and what that leads to has happened before more passes. */
export const drivenTime = () => {
  const due = new Set<Due>();
  let now = 0;
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    after: (ms: number, call: () => void): (() => void) => {
      const one: Due = { at: now + ms, call };
      due.add(one);
      return () => void due.delete(one);
    },
    pass: async (ms: number): Promise<void> => {
      const until = now + ms;
      await settled();
      for (;;) {
        const [next] = [...due].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at);
        if (!next) break;
        now = next.at;
        due.delete(next);
        next.call();
        await settled();
      }
      now = until;
    },
    /** Milliseconds since it began. */
    now: (): number => now,
    /** How many calls are still due. */
    pending: (): number => due.size,
  };
};
