import type { TokenCredential } from "@azure/identity";
import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from "@azure/monitor-opentelemetry-exporter";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { milliseconds, type Clock } from "../../shared/clock.ts";
import type { Report } from "../../shared/report.ts";
import { watched } from "./watched-export.ts";
import type { Destination } from "./sdk.ts";
import type { TelemetryConfig } from "./telemetry-settings.ts";

type Uses = {
  /** Made for the identity of that client id, or the one there is. */
  readonly credentialOf: (clientId: string | undefined) => TokenCredential;
  readonly clock: Clock;
  readonly report: Report;
};

const timeLimitMs = 10 * milliseconds.second;

/** Where the settings say that traces and metrics go. Nothing is kept on disk for a place that is away. */
export const exportersOf = ({ azureMonitor, otlp }: TelemetryConfig, use: Uses): Destination[] => [
  ...(azureMonitor ? [watched(toAzureMonitor(azureMonitor, use), "Azure Monitor", use)] : []),
  ...(otlp ? [watched(toCollector(otlp), "the collector", use)] : []),
];

const toAzureMonitor = (
  { connectionString, identity }: NonNullable<TelemetryConfig["azureMonitor"]>,
  { credentialOf }: Uses,
): Destination => {
  // The exporter tells its maker how it is used, and asks the machine where it runs, unless it is told not to.
  process.env.APPLICATION_INSIGHTS_NO_STATSBEAT ??= "true";
  // And repeats what it runs in with every batch of spans.
  process.env.APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED ??= "true";
  const options = {
    connectionString,
    ...(identity && { credential: credentialOf(identity.clientId) }),
    disableOfflineStorage: true,
    retryOptions: { maxRetries: 2, retryDelayInMs: milliseconds.second, maxRetryDelayInMs: 5 * milliseconds.second },
  };
  return { spans: new AzureMonitorTraceExporter(options), metrics: new AzureMonitorMetricExporter(options) };
};

/** OTLP over HTTP, as JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
const toCollector = ({ endpoint, headers }: NonNullable<TelemetryConfig["otlp"]>): Destination => ({
  spans: new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, headers, timeoutMillis: timeLimitMs }),
  metrics: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, headers, timeoutMillis: timeLimitMs }),
});
