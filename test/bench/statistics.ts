/** The value below or at which that share (0 to 1) of the values lies: nearest rank, so always one that was measured. NaN of none. */
export const quantile = (values: readonly number[], share: number): number => {
  const ordered = values.toSorted((a, b) => a - b);
  return ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)] ?? NaN;
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);
