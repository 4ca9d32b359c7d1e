import { milliseconds } from "../clock.ts";

/**
 * What one user did with one feed lately, as far as the limits of contract 2.6 ask for it: the last five minutes' times, and the
 * last day's counts by five minutes. To be kept, swapped and printed whole; its members are this file's own affair.
 */
export type Usage = {
  /** Times in epoch milliseconds, rising. */
  readonly recent: readonly Counted[];
  /** Numbers of five-minute slots since the epoch, rising. */
  readonly day: readonly Counted[];
};

/** So many at one time, or in one slot. */
type Counted = { readonly at: number; readonly count: number };

/** How many may pass in any five minutes, and in any 24 hours; each at least 1. */
export type Limits = { readonly per5Minutes: number; readonly perDay: number };

/** `until`: the epoch millisecond at which one passes, if nobody else comes. */
export type Admission =
  { readonly kind: "admitted"; readonly usage: Usage } | { readonly kind: "full"; readonly until: number };

const slotMs = 5 * milliseconds.minute;

/** Up to this limit each time is kept to the millisecond; above, times are told by the second, so that the text stays small. */
const exactMost = 1_000;

export const noUsage: Usage = { recent: [], day: [] };

/**
 * Admits one now (whole epoch milliseconds), or says when. In no window (t - 5 minutes, t] more than `per5Minutes` are admitted,
 * and none is refused while fewer are in it; a limit above 1,000 counts each until the end of its second has left the window.
 * The same for a day, whose five-minute slots count until all of a slot has left it.
 * Instances' clocks differ: a `now` before the last admission counts as the time of that.
 */
export const admit = (usage: Usage, limits: Limits, now: number): Admission => {
  const recent = usage.recent.filter((one) => leavesRecentAt(one) > now);
  const day = usage.day.filter((one) => leavesDayAt(one) > now);
  const until = Math.max(
    fullUntil(recent, limits.per5Minutes, leavesRecentAt),
    fullUntil(day, limits.perDay, leavesDayAt),
  );
  if (until > now) return { kind: "full", until };

  const kept = limits.per5Minutes > exactMost ? Math.ceil(now / milliseconds.second) * milliseconds.second : now;
  return {
    kind: "admitted",
    usage: { recent: withOneMore(recent, kept), day: withOneMore(day, Math.floor(now / slotMs)) },
  };
};

const leavesRecentAt = ({ at }: Counted): number => at + slotMs;
const leavesDayAt = ({ at }: Counted): number => (at + 1) * slotMs + milliseconds.day;

/** When so many of them will have left that there is room for one more; 0 when there is room now. */
const fullUntil = (window: readonly Counted[], limit: number, leavesAt: (one: Counted) => number): number => {
  let over = window.reduce((sum, { count }) => sum + count, 1) - limit;
  let until = 0;
  for (const one of window) {
    if (over <= 0) break;
    over -= one.count;
    until = leavesAt(one);
  }
  return until;
};

/**
 * Nothing is put before the last: that may lie ahead because another instance's clock is, or in the rest of its second. What had
 * left by then is no longer kept, so whoever comes with an earlier clock is judged as of then, too.
 */
const withOneMore = (window: readonly Counted[], at: number): readonly Counted[] => {
  const last = window.at(-1);
  if (!last || last.at < at) return [...window, { at, count: 1 }];
  return [...window.slice(0, -1), { at: last.at, count: last.count + 1 }];
};

/** Short: about 1,500 characters for a user at the default limits, and never above 8,000 for limits up to a million. */
export const printUsage = ({ recent, day }: Usage): string => `${printWindow(recent)};${printWindow(day)}`;

/** Reads what `printUsage` printed. Throws for any other text: only we write it, so that would be our bug. */
export const parseUsage = (text: string): Usage => {
  const [, recent = "", day = ""] = usageForm.exec(text) ?? [];
  const usage = { recent: parseWindow(recent), day: parseWindow(day) };
  // There is one text for each usage, so whatever is damaged, missing or too much shows in the comparison.
  if (printUsage(usage) !== text) throw new Error("This is no usage's text.");
  return usage;
};
const usageForm = /^([\w,*]*);([\w,*]*)$/;

/** Steps from one to the next, in base 36, with `*count` where it is not one. */
const printWindow = (window: readonly Counted[]): string =>
  window
    .map(({ at, count }, index) => {
      const step = (at - (window[index - 1]?.at ?? 0)).toString(36);
      return count === 1 ? step : `${step}*${count.toString(36)}`;
    })
    .join(",");

const parseWindow = (text: string): Counted[] => {
  let at = 0;
  return (text === "" ? [] : text.split(",")).map((one) => {
    const [step = "", count = "1"] = one.split("*");
    at += Number.parseInt(step, 36);
    return { at, count: Number.parseInt(count, 36) };
  });
};
