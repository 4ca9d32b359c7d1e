import { telemetryCost } from "../telemetry/cost.ts";

/** List prices in US dollars, of November 2026 and unverified: put yours in their place, and the test prints what infra/README.md should say. */
const prices = {
  /** Of an operation of Service Bus Standard, beyond the 13 million that a month includes. */
  busOperation: 0.8e-6,
  busMonth: 10,
  /** Of a request to tables, LRS. */
  tableRequest: 0.036e-6,
  tableGbMonth: 0.045,
  execution: 0.4e-6,
  /** Of a gigabyte of memory for a second: on demand, and merely held ready. */
  gbSecond: 26e-6,
  gbSecondReady: 4e-6,
  egressGb: 0.087,
} as const;

/** What the code does, by test/contracts/api/request-count.test.ts; what is assumed says so. */
export const counts = {
  tablesOfPost: 5,
  tablesOfRun: 4,
  /** Assumed: rows are purged many at a time. */
  tablesOfPurge: 1,
  /** Sent, received, completed. */
  busOperations: 3,
  /** A POST and a run. */
  executions: 2,
  /** Assumed: the feed's head, and what changed. */
  tablesOfDelta: 2,
  /** Assumed: requests, or pushes, of one instance in a second. `npm run bench -- pipeline` measures it on a machine like yours. */
  perSecond: 250,
  memoryGb: 2,
  /** Assumed: on the wire, with headers. */
  answerBytes: 1_000,
  pushBytes: 2_000,
  /** Assumed: a notification's rows and its ledger, for the seven days it lives if its sender says nothing else. */
  storedBytes: 4_000,
  storedDays: 7,
} as const;

const million = 1_000_000;
const gb = 1e9;
const monthSeconds = 30 * 24 * 3_600;

/** Of a million notifications to so many devices each, in dollars. */
export const costOfMillion = (devices: number, samplePercent: number) => {
  const tables = counts.tablesOfPost + counts.tablesOfRun + counts.tablesOfPurge;
  const parts = {
    "Service Bus": million * counts.busOperations * prices.busOperation,
    "Table Storage, requests": million * tables * prices.tableRequest,
    "Table Storage, space": ((million * counts.storedBytes) / gb) * (counts.storedDays / 30) * prices.tableGbMonth,
    executions: million * counts.executions * prices.execution,
    instances: ((million * (1 + devices)) / counts.perSecond) * counts.memoryGb * prices.gbSecond,
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
});
