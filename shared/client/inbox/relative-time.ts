const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A moment as people say it, in a language (BCP 47): "now", "5 minutes ago", "in 3 hours", "yesterday", and the date of what is more
 * than a week in the past or a month ahead. Times are epoch milliseconds; days are those of the calendar where the browser is.
 */
export const relativeTime = (at: number, now: number, language: string): string => {
  const ahead = at - now;
  const distance = Math.abs(ahead);
  const say = new Intl.RelativeTimeFormat(known(language), { numeric: "auto" });
  if (distance < minute) return say.format(0, "second");
  if (distance < hour) return say.format(Math.trunc(ahead / minute), "minute");
  if (distance < day) return say.format(Math.trunc(ahead / hour), "hour");
  const days = calendarDaysBetween(now, at);
  if (days >= -6 && days <= 31) return say.format(days, "day");
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(known(language), {
    day: "numeric",
    month: "short",
    ...(!isThisYear && { year: "numeric" }),
  }).format(at);
};

/** The same moment to the second, with its day and zone, for whoever asks. */
export const exactTime = (at: number, language: string): string =>
  new Intl.DateTimeFormat(known(language), { dateStyle: "full", timeStyle: "long" }).format(at);

/** 25 hours ago may be yesterday or the day before; a day of 23 hours is one all the same. */
const calendarDaysBetween = (from: number, to: number): number => Math.round((midnightOf(to) - midnightOf(from)) / day);

const midnightOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** The page may say anything in its `lang`; what is no language at all makes `Intl` throw. */
const known = (language: string): string | undefined => {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
};
