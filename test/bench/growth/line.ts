/** A point of what is measured: at x devices, y. */
export type Point = { readonly x: number; readonly y: number };

/**
 * The line that is least off, measured by shares of each y and not by y itself: else the largest alone would draw it. `worst` is the
 * largest share by which a point is off the line.
 */
export const lineThrough = (
  points: readonly Point[],
): { readonly base: number; readonly slope: number; readonly worst: number } => {
  const weighted = points.map(({ x, y }) => ({ x, y, weight: 1 / y ** 2 }));
  const sum = (of: (point: (typeof weighted)[number]) => number): number =>
    weighted.reduce((total, point) => total + point.weight * of(point), 0);
  const all = sum(() => 1);
  const [meanX, meanY] = [sum(({ x }) => x) / all, sum(({ y }) => y) / all];
  const slope = sum(({ x, y }) => (x - meanX) * (y - meanY)) / sum(({ x }) => (x - meanX) ** 2);
  const base = meanY - slope * meanX;
  return { base, slope, worst: Math.max(...points.map(({ x, y }) => Math.abs(y / (base + slope * x) - 1))) };
};
