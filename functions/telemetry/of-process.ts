import { azureCredential } from "../../shared/azure-credential.http.ts";
import { systemClock } from "../../shared/clock.ts";
import type { Report } from "../../shared/report.ts";
import type { Config } from "../config.ts";
import { comingSdk, noSdk, type RunningSdk } from "./running-sdk.ts";
import { telemetry, type Telemetry } from "./telemetry.ts";

/** The telemetry that the settings ask for. What exports is a file of its own, which nobody loads whose settings name no place to send to. */
export const telemetryOfProcess = (config: Pick<Config, "telemetry" | "isDevelopment">): Telemetry => {
  const { samplePercent, azureMonitor, otlp } = config.telemetry;
  const start = async (): Promise<RunningSdk> => {
    const { started } = await import("./started.ts");
    return started(config.telemetry, { credentialOf: azureCredential, clock: systemClock, report });
  };
  return telemetry({
    sdk: azureMonitor || otlp ? comingSdk(start, report) : noSdk,
    clock: systemClock,
    chance: Math.random,
    samplePercent,
    isDevelopment: config.isDevelopment,
  });
};

const report: Report = (sentence) => console.warn(sentence);
