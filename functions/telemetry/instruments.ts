import type { Attributes, Meter } from "@opentelemetry/api";
import { noneOpen, type OpenBreakers } from "../../shared/telemetry/breakers.ts";
import { metrics, type MetricName, type Point } from "../../shared/telemetry/metrics.ts";
import { eventLoopLag } from "./event-loop-lag.ts";

/** What is read when it is exported; all else is recorded as it happens. */
const observed = [
  "fanfare.breaker.open",
  "fanfare.process.rss",
  "fanfare.event_loop.lag",
] as const satisfies MetricName[];

/** An instrument for each metric of the table. `stop` ends what measures all the time. */
export const instruments = (meter: Meter) => {
  let open: OpenBreakers = noneOpen;
  const lag = eventLoopLag();
  const [breakers, rss, eventLoop] = observed.map((name) => meter.createObservableGauge(name, metrics[name]));
  breakers?.addCallback((result) => {
    for (const [kind, names] of Object.entries(open)) result.observe(names.size, { kind });
  });
  rss?.addCallback((result) => result.observe(process.memoryUsage.rss()));
  eventLoop?.addCallback((result) => result.observe(lag.take()));

  const recorders = new Map(
    Object.entries(metrics).flatMap(([name, metric]) =>
      observed.some((one) => one === name) ? [] : [[name, recorderOf(meter, name, metric)] as const],
    ),
  );
  return {
    record: (points: readonly Point[]): void => {
      for (const { metric, value, attributes } of points) recorders.get(metric)?.(value, attributes);
    },
    holds: (now: OpenBreakers): void => void (open = now),
    stop: lag.stop,
  };
};

type Documented = (typeof metrics)[MetricName];

const recorderOf = (
  meter: Meter,
  name: string,
  metric: Documented,
): ((value: number, attributes: Attributes) => void) => {
  const { kind, unit, description } = metric;
  switch (kind) {
    case "counter": {
      const counter = meter.createCounter(name, { unit, description });
      return (value, attributes) => counter.add(value, attributes);
    }
    case "histogram": {
      const advice = { explicitBucketBoundaries: [...metric.bounds] };
      const histogram = meter.createHistogram(name, { unit, description, advice });
      return (value, attributes) => histogram.record(value, attributes);
    }
    case "gauge": {
      const gauge = meter.createGauge(name, { unit, description });
      return (value, attributes) => gauge.record(value, attributes);
    }
  }
};
