/**
 * What telemetry costs, and what it tells of: list prices in dollars, for a million notifications to so many devices each. Prices are Azure's
 * list prices (US, unverified); the work of an instance is assumed, as in the capacity tables: 250 requests or deliveries a second on 2 GB.
 */

/** A row in Log Analytics: our spans and metrics are below this on the wire; of a log line and the host's own rows it is assumed. */
export const rowBytes = 1_000;

/** The host's own of each invocation: the request, and of a message that it was received and completed. */
const hostRows = 2 + 2;
const spans = (devices: number): number => 3 + devices; // POST, send, process, and each push
const lines = 2; // the request's and the run's

type Dollars = number;
const perMillion = 1_000_000;

export const telemetryCost = (devices: number, samplePercent: number): Dollars => {
  const rows = spans(devices) + lines + hostRows;
  const sampled = rows * rowBytes * perMillion * (samplePercent / 100);
  return (sampled + metricBytes(devices)) * 2.3e-9;
};

/** At most some forty series are told of a busy instance each minute. */
const metricBytes = (devices: number): number => (instanceSeconds(devices) / 60) * 40 * 500;

const instanceSeconds = (devices: number): number => (perMillion * (1 + devices)) / 250;

export const restCost = (devices: number): Dollars => {
  const bus = perMillion * 3 * 0.8e-6; // sent, received, settled
  const tables = perMillion * (5 + 4) * 0.036e-6; // accepted, and delivered
  const calls = perMillion * 2 * 0.4e-6;
  const compute = instanceSeconds(devices) * 2 * 26e-6;
  return bus + tables + calls + compute;
};
