/** List prices in US dollars, of November 2026 and unverified: put yours in their place, and the test prints what infra/README.md should say. */
export const prices = {
  /** Of an operation of Service Bus Standard, beyond the 13 million that a month includes. */
  busOperation: 0.8e-6,
  busMonth: 10,
  /** Of a messaging unit of Premium, which bills no operations. */
  busUnitMonth: 677,
  /** Of a request to tables, LRS. */
  tableRequest: 0.036e-6,
  tableGbMonth: 0.045,
  execution: 0.4e-6,
  /** Of a gigabyte of memory for a second: on demand, and merely held ready. */
  gbSecond: 26e-6,
  gbSecondReady: 4e-6,
  egressGb: 0.087,
  /** Of a gigabyte that Log Analytics takes in. */
  telemetryGb: 2.3,
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
  /** A row in Log Analytics: our spans and metrics are below this on the wire; of a log line and the host's own rows it is assumed. */
  rowBytes: 1_000,
  /** That an instance tells each minute whether anything happens or not, and the bytes of one point of a metric, assumed. */
  gauges: 8,
  metricBytes: 500,
  /** Assumed: a notification's rows and its ledger, for the seven days it lives if its sender says nothing else. */
  storedBytes: 4_000,
  storedDays: 7,
} as const;

export const million = 1_000_000;
export const gb = 1e9;

/** For so long instances work, if each does so much at once, on a million notifications to so many devices each; seconds. */
export const instanceSeconds = (devices: number): number => (million * (1 + devices)) / counts.perSecond;
