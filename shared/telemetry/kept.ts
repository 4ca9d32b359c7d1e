import type { FanfareEvent } from "./events.ts";

/** So many failures an instance tells in a minute, whatever their traces' lot: in an outage each run fails, and metrics count them all. */
const failuresMost = 100;
const minuteMs = 60_000;

/**
 * Whether an event is written down. What tells of a request, a run or an attempt that went well goes with its trace, which is kept or not
 * as a whole (`isTraceKept`); a failure of ours or one for good is kept, up to so many a minute. Everything else, alarms and what the timers
 * tell, always: alerts listen for it, and for its silence. Who is refused or throttled for what they did themselves is no failure, or a
 * stranger's requests would fill the log.
 */
export const eventKeeper = (): ((event: FanfareEvent, isTraceKept: boolean, now: number) => boolean) => {
  let minute = 0;
  let failures = 0;
  return (event, isTraceKept, now) => {
    const weight = weightOf(event);
    if (weight === "always" || isTraceKept) return true;
    if (weight === "healthy") return false;
    if (Math.floor(now / minuteMs) !== minute) {
      minute = Math.floor(now / minuteMs);
      failures = 0;
    }
    failures += 1;
    return failures <= failuresMost;
  };
};

const weightOf = (event: FanfareEvent): "always" | "failure" | "healthy" => {
  switch (event.event) {
    case "request":
      return event.status >= 500 || (event.throttled && ours.has(event.throttled)) ? "failure" : "healthy";
    case "attempt":
      return event.outcome === "rejected" || event.outcome === "misconfigured" ? "failure" : "healthy";
    case "delivery":
    case "lapsed":
      return event.missed ? "failure" : "healthy";
    case "postponed":
      return "failure";
    default:
      return "always";
  }
};

const ours: ReadonlySet<string> = new Set(["backlog", "bus-away", "away"]);
