import { milliseconds, type Clock } from "../../shared/clock.ts";
import type { Report } from "../../shared/report.ts";
import type { Destination } from "./sdk.ts";

/** A place that is away is told of once in a while, not at each export. */
const reportEveryMs = 10 * milliseconds.minute;
const failed = 1;

type Result = { readonly code: number; readonly error?: Error };
type Exporting<Items> = { export: (items: Items, done: (result: Result) => void) => unknown };

/** The same exporters, whose failures are reported, in a sentence without address or key; and whose bugs are no more than that. */
export const watched = (
  { spans, metrics }: Destination,
  name: string,
  { clock, report }: { readonly clock: Clock; readonly report: Report },
): Destination => {
  let quietUntil = 0;
  const note = ({ code, error }: Result): void => {
    if (code !== failed || clock.now() < quietUntil) return;
    quietUntil = clock.now() + reportEveryMs;
    report(`Telemetry does not get to ${name} (${reasonOf(error)}): the traces and metrics of this time are lost.`);
  };
  watch(spans, note);
  watch(metrics, note);
  return { spans, metrics };
};

const watch = <Items>(exporter: Exporting<Items>, note: (result: Result) => void): void => {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) => {
    const end = (result: Result): void => {
      note(result);
      done(result);
    };
    // Some answer with a promise, whatever they say, and one that nobody catches would end the process.
    Promise.resolve()
      .then(() => send(items, end))
      .catch((error: unknown) => {
        end({ code: failed, ...(error instanceof Error && { error }) });
      });
  };
};

/** The system's or HTTP's own word for it; a message may quote the address, and with it a key. */
const reasonOf = (error: Error | undefined): string => {
  const code: unknown = error && "code" in error ? error.code : undefined;
  return typeof code === "string" || typeof code === "number" ? String(code) : (error?.name ?? "no reason given");
};
