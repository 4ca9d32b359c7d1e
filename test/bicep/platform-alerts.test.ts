import { expect, test } from "vitest";
import { z } from "zod";
import { alerts, conditionOf, logAlerts, nameOf, propertiesOf } from "./support/alerts-made.ts";

const metricAlerts = alerts.filter((alert) => !logAlerts.includes(alert));

/**
 * What the platform measures, and how it may be put together, of https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/
 * microsoft-servicebus-namespaces-metrics and …/microsoft-storage-storageaccounts-tableservices-metrics. A name that is none breaks a deployment.
 */
const ofPlatform: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  "Microsoft.ServiceBus/namespaces": {
    ActiveMessages: ["Average", "Minimum", "Maximum"],
    DeadletteredMessages: ["Average", "Minimum", "Maximum"],
    ThrottledRequests: ["Total"],
    ServerErrors: ["Total"],
    NamespaceCpuUsage: ["Maximum"],
  },
  "Microsoft.Storage/storageAccounts/tableServices": {
    Transactions: ["Total"],
    Availability: ["Average", "Minimum", "Maximum"],
  },
};

test("a metric alert reads a metric that the platform has, put together as it can be", () => {
  const read = metricAlerts.map(conditionOf);
  expect(read).toHaveLength(8);
  for (const { metricNamespace, metricName, timeAggregation } of read)
    expect(ofPlatform[String(metricNamespace)]?.[String(metricName)]).toContain(timeAggregation);
});

/** Of whatever the platform puts off: its "server busy", and what its own limits of an account or a partition refuse. */
const putOff = [
  "ServerBusyError",
  "ServerTimeoutError",
  "ClientThrottlingError",
  "ClientAccountRequestThrottlingError",
];
/** Where each metric alert looks, and at which part of its metric: https://learn.microsoft.com/azure/azure-monitor/essentials/metrics-supported */
const looksAt: Readonly<Record<string, string>> = {
  backlog: "/namespace EntityName Include fanout",
  "dead-letters": "/namespace EntityName Include fanout",
  "dead-letters-many": "/namespace EntityName Include fanout",
  "bus-throttled": "/namespace",
  "bus-errors": "/namespace",
  "bus-busy": "/namespace",
  "tables-throttled": `/account/tableServices/default ResponseType Include ${putOff.join(" ")}`,
  "tables-unavailable": "/account/tableServices/default",
};
const dimension = z.object({ name: z.string(), operator: z.string(), values: z.array(z.string()) });

test("a metric alert looks at what it is about: the queue of deliveries, what the tables put off, or all", () => {
  const found = metricAlerts.map((alert) => {
    const parts = z.array(dimension).parse(conditionOf(alert).dimensions);
    const words = parts.flatMap(({ name, operator, values }) => [name, operator, ...values]);
    return [nameOf(alert), [propertiesOf(alert).scopes, ...words].flat().join(" ")];
  });
  expect(Object.fromEntries(found)).toEqual(looksAt);
});
