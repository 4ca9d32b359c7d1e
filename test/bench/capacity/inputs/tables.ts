import { counts } from "../../../rules/cost/prices.ts";
import { assumed, measured, quoted, set } from "./input.ts";

const targets = "https://learn.microsoft.com/azure/storage/tables/scalability-targets";
const requestCount = "test/contracts/api/request-count.test.ts";

/** Table Storage, and what a notification asks of it. */
export const tableInputs = {
  accountPerSecond: quoted(20_000, "requests/s, account", targets),
  partitionPerSecond: quoted(2_000, "entities/s, partition", targets),
  tablesOfPost: measured(counts.tablesOfPost, "requests, a POST at most", requestCount),
  tablesOfRun: measured(counts.tablesOfRun, "requests, a run at most", requestCount),
  tablesOfPurge: assumed(counts.tablesOfPurge, "request, purge", "rows are purged many at a time"),
  rowsOfNotification: assumed(
    10,
    "entities of the user's partition",
    "four written by a POST, six read and written by a run",
  ),
  purgeShards: set(64, "partitions of an hour's purge list", "shared/storage/hint-hours.ts: the letters of a hash"),
  putOffSeconds: set(10, "s, a run whose table is away", "functions/delivering/later.ts, first time"),
  userWrites: set(100, "writes, user in 5 min", "functions/settings.ts, THROTTLE_USER_WRITES_PER_5_MINUTES"),
  appWrites: set(60_000, "writes, app in a minute", "functions/settings.ts, THROTTLE_APP_WRITES_PER_MINUTE"),
} as const;
