/** What is to happen in a later step, in the order in which it was said. */
export const later = <Thing>() => {
  const things = new Map<number, Thing[]>();
  return {
    add: (step: number, thing: Thing): void => {
      const others = things.get(step);
      if (others) others.push(thing);
      else things.set(step, [thing]);
    },
    /** What is due in this step; asked for once, in each step. */
    due: (step: number): readonly Thing[] => {
      const due = things.get(step) ?? [];
      things.delete(step);
      return due;
    },
    isEmpty: (): boolean => things.size === 0,
  };
};
