import type { TokenCredential } from "@azure/identity";
import type { Clock } from "../../shared/clock.ts";
import type { Report } from "../../shared/report.ts";
import { exportersOf } from "./exporters.ts";
import type { RunningSdk } from "./running-sdk.ts";
import { startSdk } from "./sdk.ts";
import type { TelemetryConfig } from "./telemetry-settings.ts";

type Uses = {
  readonly credentialOf: (clientId: string | undefined) => TokenCredential;
  readonly clock: Clock;
  readonly report: Report;
};

/** Starts OpenTelemetry as the settings say: the beginning of `dist/telemetry.cjs`, which is loaded only where they say so. */
export const started = (config: TelemetryConfig, use: Uses): RunningSdk =>
  startSdk({ ...config, destinations: exportersOf(config, use) });
