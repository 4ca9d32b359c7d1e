/** Time goes in steps of a quarter of a second, which is how long our sends wait before they try again. */
export const stepsPerSecond = 4;
export const stepSeconds = 1 / stepsPerSecond;

/** The steps in so many seconds, one at least. */
export const stepsOf = (seconds: number): number => Math.max(1, Math.round(seconds * stepsPerSecond));
