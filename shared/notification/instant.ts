/** What `parseInstant` reads, as far as a form can say it: RFC 3339 (section 5.6), and without zone, seconds or time of day too. */
export const instantForm =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?)?$/;

/**
 * Reads an ISO 8601 date and time to epoch milliseconds; no zone means UTC, further fraction digits are cut.
 * Returns undefined for any other text and for days that no calendar has (30 February).
 */
export const parseInstant = (text: string): number | undefined => {
  const match = instantForm.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const utc = Date.parse(`${wall}.${fraction.slice(0, 3).padEnd(3, "0")}Z`);
  // V8 rolls 30 February over to March; printing it back shows that.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(wall)) return undefined;
  const offset = offsetMs(zone);
  return offset === undefined ? undefined : utc - offset;
};

const offsetMs = (zone: string): number | undefined => {
  if (zone.toUpperCase() === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
};

/** Prints an instant as the original did: UTC with `Z`, trailing zeros of the fraction trimmed (contract 2.3). */
export const printInstant = (epochMs: number): string =>
  new Date(epochMs).toISOString().replace(/\.(\d*?)0*Z$/, (_, fraction: string) => (fraction ? `.${fraction}Z` : "Z"));
