import { AggregationTemporality, type PushMetricExporter, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import type { RunningSdk } from "../../../functions/telemetry/running-sdk.ts";
import type { Destination } from "../../../functions/telemetry/sdk.ts";
import { telemetry } from "../../../functions/telemetry/telemetry.ts";
import { now } from "../samples.ts";

type Result = Parameters<Parameters<SpanExporter["export"]>[1]>[0];
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is of a package that only the SDK depends on
const resultOf = (code: number): Result => ({ code });
const success = resultOf(0);
export const failure = resultOf(1);

/** Keeps what it is given, in this process. */
export const keeping = () => {
  const spans: ReadableSpan[] = [];
  const metrics: ResourceMetrics[] = [];
  const ended = { forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() };
  const destination: Destination = {
    spans: {
      ...ended,
      export: (given, done) => {
        spans.push(...given);
        done(success);
      },
    } satisfies SpanExporter,
    metrics: {
      ...ended,
      selectAggregationTemporality: () => AggregationTemporality.DELTA,
      export: (given, done) => {
        metrics.push(given);
        done(success);
      },
    } satisfies PushMetricExporter,
  };
  return { destination, spans, metrics };
};

/** The telemetry of a process, and the lines that it logged. */
export const told = (
  sdk: RunningSdk,
  more: { readonly chance?: () => number; readonly samplePercent?: number } = {},
) => {
  const lines: string[] = [];
  const { chance = () => 0.5, samplePercent = 100 } = more;
  const own = telemetry({ sdk, clock: { now: () => now }, chance, samplePercent, isDevelopment: false });
  return { ...own, log: (line: string): void => void lines.push(line), lines };
};
