import { systemClock } from "../../../../shared/clock.ts";
import { ok, unknown, warning, wrong, type Check, type Finding, type Patient } from "../check.ts";
import { firstSignal } from "../../../../shared/first-signal.ts";

const answerWithinMs = 5_000;
/** Tokens are taken a minute early or late, and APNs and push services take ours a little less so. */
const skewMostSeconds = 30;

/** How far another's clock is ahead of this machine's, in seconds; the header `Date` has whole ones. */
export type Reading = { readonly of: string; readonly aheadSeconds: number };

/** Whether this machine, the service and the storage have the same time. */
export const clockCheck: Check = {
  name: "clock",
  look: async (patient, stop) => {
    const signal = firstSignal([stop, AbortSignal.timeout(answerWithinMs)]);
    const { connection, config } = patient;
    const places = { "the service": connection.url ?? config?.publicUrl, "Table Storage": tablesUrlOf(patient) };
    const readings = await Promise.all(
      Object.entries(places).map(([of, url]) => (url === undefined ? Promise.resolve([]) : readingOf(of, url, signal))),
    );
    return clockFindings(readings.flat());
  },
};

/** What the readings mean. When all others agree, it is this machine whose clock is off. */
export const clockFindings = (readings: readonly Reading[]): readonly Finding[] => {
  if (readings.length === 0) return [unknown("Nobody tells the time.")];
  const off = readings.filter(({ aheadSeconds }) => Math.abs(aheadSeconds) > skewMostSeconds);
  if (off.length === 0)
    return [ok(`${readings.map((one) => one.of).join(" and ")} and this machine agree within ${skewMostSeconds} s.`)];
  const told = ({ of, aheadSeconds }: Reading): string =>
    `${of} is ${Math.abs(aheadSeconds)} s ${aheadSeconds > 0 ? "ahead of" : "behind"} this machine`;
  const spread =
    Math.max(...readings.map((one) => one.aheadSeconds)) - Math.min(...readings.map((one) => one.aheadSeconds));
  if (readings.length > 1 && spread <= skewMostSeconds)
    return [
      warning(
        `The clock of this machine is off: ${off.map(told).join(", ")}.`,
        "set it by NTP; what commands tell of times is off by so much.",
      ),
    ];
  return off.map((one) =>
    wrong(`The clocks differ: ${told(one)}.`, "set it by NTP: tokens, expiries and retries go by it."),
  );
};

/** A refusal has the time as well. */
const readingOf = async (of: string, url: string, signal: AbortSignal): Promise<readonly Reading[]> => {
  const begunAt = systemClock.now();
  const answer = await fetch(`${url}/health/live`, { signal, redirect: "manual" }).catch(() => undefined);
  const halfway = (begunAt + systemClock.now()) / 2;
  await answer?.body?.cancel();
  const date = Date.parse(answer?.headers.get("date") ?? "");
  return Number.isNaN(date) ? [] : [{ of, aheadSeconds: Math.round((date - halfway) / 1_000) }];
};

const tablesUrlOf = ({ env }: Patient): string | undefined => {
  const { TablesConnection__endpoint: endpoint, TablesConnection: text = "" } = env;
  if (!text) return endpoint?.replace(/\/$/, "");
  const named = /TableEndpoint=(https?:\/\/[^;]+?)\/?(;|$)/i.exec(text)?.[1];
  const account = /AccountName=(\w+)/i.exec(text)?.[1];
  return named ?? (account === undefined ? undefined : `https://${account}.table.core.windows.net`);
};
