/** Whether both say the same, as JSON does: for plain values that were made in the same way, so that their members stand in one order. */
export const isAlike = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);
