const pattern = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration as Azure Resource Manager writes them (`PT1M`, `P14D`, `P10675199DT2H48M5.4775807S`).
 * Days, hours, minutes and seconds only: years and months have no length. Undefined for anything else, the empty `P` and `PT` included.
 */
export const durationMs = (text: string): number | undefined => {
  const parts = pattern.exec(text);
  if (!parts || /[PT]$/.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return Math.floor((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000);
};
