import { counts, gb, instanceSeconds, million, prices } from "../cost/prices.ts";

/** What telemetry costs, and what it tells of, in dollars for a million notifications to so many devices each: by the prices and counts of `../cost/prices.ts`. */
type Dollars = number;

/** The host's own of each invocation: the request, and of a message that it was received and completed. */
const hostRows = 2 + 2;
const spans = (devices: number): number => 3 + devices; // POST, send, process, and each push
const lines = 2; // the request's and the run's

export const telemetryCost = (devices: number, samplePercent: number): Dollars => {
  const rows = spans(devices) + lines + hostRows;
  const sampled = rows * counts.rowBytes * million * (samplePercent / 100);
  return ((sampled + metricBytes(devices)) / gb) * prices.telemetryGb;
};

/** At most some forty series are told of a busy instance each minute. */
const metricBytes = (devices: number): number => (instanceSeconds(devices) / 60) * 40 * counts.metricBytes;

export const restCost = (devices: number): Dollars => {
  const bus = million * counts.busOperations * prices.busOperation;
  const tables = million * (counts.tablesOfPost + counts.tablesOfRun) * prices.tableRequest;
  const calls = million * counts.executions * prices.execution;
  const compute = instanceSeconds(devices) * counts.memoryGb * prices.gbSecond;
  return bus + tables + calls + compute;
};
