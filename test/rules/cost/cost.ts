import { telemetryCost } from "../telemetry/cost.ts";
import { counts, gb, instanceSeconds, million, prices } from "./prices.ts";

const monthSeconds = 30 * 24 * 3_600;

/** Of a million notifications to so many devices each, in dollars. */
export const costOfMillion = (devices: number, samplePercent: number) => {
  const tables = counts.tablesOfPost + counts.tablesOfRun + counts.tablesOfPurge;
  const parts = {
    "Service Bus": million * counts.busOperations * prices.busOperation,
    "Table Storage, requests": million * tables * prices.tableRequest,
    "Table Storage, space": ((million * counts.storedBytes) / gb) * (counts.storedDays / 30) * prices.tableGbMonth,
    executions: million * counts.executions * prices.execution,
    instances: instanceSeconds(devices) * counts.memoryGb * prices.gbSecond,
    "data out": ((million * (counts.answerBytes + counts.pushBytes * devices)) / gb) * prices.egressGb,
    telemetry: telemetryCost(devices, samplePercent),
  };
  return { ...parts, "all of it": Object.values(parts).reduce((sum, part) => sum + part, 0) };
};

/** What comes on top if each of the devices asks its feed after each push, in dollars. */
export const costOfAsking = (devices: number): number => {
  const tables = counts.tablesOfDelta * prices.tableRequest;
  const instance = (counts.memoryGb * prices.gbSecond) / counts.perSecond;
  const answer = (counts.answerBytes / gb) * prices.egressGb;
  return million * devices * (tables + prices.execution + instance + answer);
};

/** Of a month in which nobody sends anything, in dollars: but for alerts and the network, whose prices are by the piece. */
export const costOfMonth = (ready: number) => ({
  "Service Bus Standard": prices.busMonth,
  "always-ready instances": ready * counts.memoryGb * monthSeconds * prices.gbSecondReady,
  // Each run is billed for a second at least: the watch every minute, the purge every five.
  timers: (monthSeconds / 60 + monthSeconds / 300) * (counts.memoryGb * prices.gbSecond + prices.execution),
  "their gauges": (ready * (monthSeconds / 60) * counts.gauges * counts.metricBytes * prices.telemetryGb) / gb,
});
