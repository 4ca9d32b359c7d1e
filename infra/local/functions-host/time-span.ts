/** Milliseconds of a .NET TimeSpan as settings write it: `hh:mm:ss`, hours below 24. Undefined for anything else. */
export const millisecondsOf = (timeSpan: string): number | undefined => {
  const [, hours, minutes, seconds] = /^([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)$/.exec(timeSpan.trim()) ?? [];
  if (hours === undefined) return undefined;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
};
