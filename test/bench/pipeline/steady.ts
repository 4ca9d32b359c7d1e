/**
 * How many arrive per second (times in epoch milliseconds) between the beginning, while the caller still has a lead to win, and the
 * end, when nothing new is sent: the first `lead` arrivals are left out and the last, and of many a tenth at each end.
 */
export const steadyRate = (arrivedAt: readonly number[], lead: number): number => {
  const inOrder = arrivedAt.toSorted((a, b) => a - b);
  const left = Math.max(lead, Math.floor(inOrder.length / 10));
  const [first, last] = [inOrder[left], inOrder[inOrder.length - 1 - left]];
  if (first === undefined || last === undefined || last <= first) return NaN;
  return ((inOrder.length - 1 - 2 * left) * 1_000) / (last - first);
};
