import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base";
import { setTimeout as timer } from "node:timers/promises";
import { instruments } from "./instruments.ts";
import { ourSampler } from "./our-sampler.ts";
import type { RunningSdk } from "./running-sdk.ts";

/** One place that spans and metrics are sent to. */
export type Destination = { readonly spans: SpanExporter; readonly metrics: PushMetricExporter };

type Options = {
  readonly destinations: readonly Destination[];
  readonly serviceName: string;
  /** Of a hundred traces. */
  readonly samplePercent: number;
  /** How long the last export may take, milliseconds; 3,000 by default. */
  readonly stopMostMs?: number;
};

const metricsEveryMs = 60_000;
/** A collector that says nothing for so long has not got it. */
const exportMostMs = 10_000;

/**
 * Starts OpenTelemetry in this process: the API's spans become real, and what `instruments.ts` lists is measured. What cannot be sent is
 * dropped: at most 2,048 spans wait, in memory.
 */
export const startSdk = ({ destinations, serviceName, samplePercent, stopMostMs = 3_000 }: Options): RunningSdk => {
  const resource = resourceFromAttributes({ "service.name": serviceName, "service.instance.id": crypto.randomUUID() });
  const tracerProvider = new BasicTracerProvider({
    resource,
    sampler: ourSampler(samplePercent / 100, Math.random),
    spanLimits: { attributeValueLengthLimit: 200 },
    spanProcessors: destinations.map(
      ({ spans }) => new BatchSpanProcessor(spans, { maxQueueSize: 2_048, exportTimeoutMillis: exportMostMs }),
    ),
  });
  const meterProvider = new MeterProvider({
    resource,
    readers: destinations.map(
      ({ metrics: exporter }) =>
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis: metricsEveryMs,
          exportTimeoutMillis: exportMostMs,
        }),
    ),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracerProvider);
  const measured = instruments(meterProvider.getMeter("fanfare"));

  return {
    isTracing: () => true,
    record: measured.record,
    holds: measured.holds,
    // The platform gives a stopping app little time, and a collector that hangs must not have it all.
    stop: async () => {
      const ended = Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]);
      await Promise.race([ended, timer(stopMostMs, undefined, { ref: false })]);
      measured.stop();
      trace.disable();
      context.disable();
    },
  };
};
