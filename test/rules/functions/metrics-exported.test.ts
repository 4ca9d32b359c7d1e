import { DataPointType, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { setImmediate as turned, setTimeout as passed } from "node:timers/promises";
import { expect, test } from "vitest";
import { startSdk } from "../../../functions/telemetry/sdk.ts";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { metrics, type MetricName } from "../../../shared/telemetry/metrics.ts";
import { cases } from "../telemetry/measures-cases.ts";
import { keeping, told } from "./kept-telemetry.ts";

/** What an exporter has of it: for each metric the sum, or a gauge's last value, by its attributes. */
const exportedOf = async (
  events: readonly FanfareEvent[],
  meanwhile: () => Promise<void> = () => Promise.resolve(),
) => {
  const kept = keeping();
  const own = told(startSdk({ destinations: [kept.destination], serviceName: "fanfare", samplePercent: 0 }));
  const emit = own.timer(own.log);
  for (const event of events) emit(event);
  await meanwhile();
  await own.stop();
  return kept.metrics.flatMap(valuesIn);
};

type Exported = { readonly name: string; readonly unit: string; readonly attributes: object; readonly value: unknown };

const valuesIn = ({ scopeMetrics }: ResourceMetrics): readonly Exported[] =>
  scopeMetrics.flatMap(({ metrics: those }) =>
    those.flatMap(({ descriptor: { name, unit }, dataPointType, dataPoints }) =>
      dataPoints.map(({ attributes, value }) => ({
        name,
        unit,
        attributes,
        value: dataPointType === DataPointType.HISTOGRAM && typeof value === "object" ? value.sum : value,
      })),
    ),
  );

const valueOf = (exported: readonly Exported[], name: MetricName, attributes: object = {}) =>
  exported.find((one) => one.name === name && JSON.stringify(one.attributes) === JSON.stringify(attributes))?.value;

test("every metric that is documented gets to the exporter, in its unit and with what its events come to", async () => {
  const exported = await exportedOf(cases.map(([event]) => event));
  const units = Object.entries(metrics).map(([name, { unit }]) => `${name} ${unit}`);
  expect(new Set(exported.map(({ name, unit }) => `${name} ${unit}`))).toEqual(new Set(units));

  const sums = new Map<string, number>();
  for (const [metric, value, attributes] of cases.flatMap(([, points]) => points)) {
    const key = JSON.stringify([metric, attributes]);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  const got = exported.map(({ name, attributes, value }) => [JSON.stringify([name, attributes]), value] as const);
  expect(Object.fromEntries(got)).toMatchObject(Object.fromEntries(sums));
});

const origin = "push.example";
const at = { origin, credential: "vapid" } as const;
const reason = "503";
const doubt = { credential: "vapid", answer: "gone", sharePercent: 90 } as const;
const opens: readonly FanfareEvent[] = [
  { event: "origin-down", origin, reason },
  { event: "origin-down", origin: "other.example", reason },
  { event: "credential-refused", ...at, reason },
  { event: "pruning-stopped", ...doubt },
];
const closes: readonly FanfareEvent[] = [
  { event: "origin-up", origin, downMs: 1 },
  { event: "credential-accepted", ...at, refusedMs: 1 },
  { event: "pruning-resumed", ...doubt },
];

test("what deliveries are held for is exported as long as it is, of each kind, and as nothing once all is well", async () => {
  const openOf = async (events: readonly FanfareEvent[]) => {
    const exported = await exportedOf(events);
    return ["origin", "credential", "pruning"].map((kind) => valueOf(exported, "fanfare.breaker.open", { kind }));
  };
  expect(await openOf([])).toEqual([0, 0, 0]);
  expect(await openOf(opens)).toEqual([2, 1, 1]);
  expect(await openOf([...opens, ...closes])).toEqual([1, 0, 0]);
});

test("what a process is told to be is what it is: its memory in bytes, and how late its timers come in milliseconds", async () => {
  const before = process.memoryUsage.rss();
  const exported = await exportedOf([], async () => {
    await passed(60); // so that the measuring timer is due
    await turned(); // and has come: where the loop is late, ours may come first of all that are due
    const until = performance.now() + 150;
    while (performance.now() < until) continue; // and is late the next time
    await passed(1);
    await turned();
  });
  const rss = Number(valueOf(exported, "fanfare.process.rss"));
  expect(rss / before).toBeGreaterThan(0.5);
  expect(rss / before).toBeLessThan(2);
  const lag = Number(valueOf(exported, "fanfare.event_loop.lag"));
  expect(lag).toBeGreaterThan(50);
  expect(lag).toBeLessThan(60_000);
});
