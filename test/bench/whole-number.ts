/** The value of a flag as a whole number between bounds. Throws a sentence that names the flag and the bounds. */
export const wholeNumber = (flag: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${flag} must be a whole number from ${least} to ${most}.`);
};
