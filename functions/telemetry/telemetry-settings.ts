import { listOf, type Settings } from "../settings.ts";

/** Where traces and metrics go, and how many of the traces; nowhere when neither is set. */
export type TelemetryConfig = ReturnType<typeof telemetryOf>;

/** Of a hundred traces: on a laptop all of them, elsewhere what costs less than a tenth of what it tells of. */
export const standardPercent = 1;

/** What the settings say of telemetry. */
export const telemetryOf = (settings: Settings) => ({
  samplePercent:
    settings.TELEMETRY_SAMPLE_PERCENT ??
    (settings.AZURE_FUNCTIONS_ENVIRONMENT === "Development" ? 100 : standardPercent),
  serviceName: settings.OTEL_SERVICE_NAME ?? settings.WEBSITE_SITE_NAME ?? "fanfare",
  azureMonitor: settings.APPLICATIONINSIGHTS_CONNECTION_STRING
    ? {
        connectionString: settings.APPLICATIONINSIGHTS_CONNECTION_STRING,
        identity: identityIn(settings.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? ""),
      }
    : undefined,
  otlp: settings.OTEL_EXPORTER_OTLP_ENDPOINT
    ? {
        endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, ""),
        headers: headersIn(settings.OTEL_EXPORTER_OTLP_HEADERS ?? ""),
      }
    : undefined,
});

/** Undefined: the connection string's key is all that is asked for. */
const identityIn = (text: string): { readonly clientId: string | undefined } | undefined =>
  text === "" ? undefined : { clientId: /(?:^|;)ClientId=([^;]+)/i.exec(text)?.[1] };

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    listOf(text).map((pair) => {
      const at = pair.indexOf("=");
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())];
    }),
  );
