import { Cron } from "croner";
import { millisecondsOf } from "../time-span.ts";

/** When a timer runs: the next time strictly after the given one. */
export type Schedule = { readonly nextAfter: (time: Date) => Date };

/**
 * Reads a timer's schedule: an NCRONTAB expression of six fields (seconds first) or five, in UTC as on Azure, or a
 * TimeSpan `hh:mm:ss` between runs. Returns the fault, as a sentence, for anything else.
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export const parseSchedule = (text: string): Schedule | { readonly fault: string } => {
  const interval = millisecondsOf(text);
  if (interval === 0) return { fault: `the schedule "${text}" must be longer than nothing.` };
  if (interval !== undefined) return { nextAfter: (time) => new Date(time.getTime() + interval) };
  const fault = {
    fault: `the schedule "${text}" is neither a cron expression of six fields nor a time span hh:mm:ss.`,
  };
  // The cron library knows more than NCRONTAB does (L, W, #, ?, years): what Azure would refuse is refused here.
  if (!/^[\d*,\-/a-z]+(?:\s+[\d*,\-/a-z]+){4,5}$/i.test(text.trim()) || /[lw](?![a-z])/i.test(text)) return fault;
  try {
    const cron = new Cron(text.trim(), { timezone: "UTC", paused: true, domAndDow: true });
    if (!cron.nextRun()) return { fault: `the schedule "${text}" never comes.` };
    return { nextAfter: (time) => cron.nextRun(time) ?? new Date(8.64e15) };
  } catch {
    return fault;
  }
};
