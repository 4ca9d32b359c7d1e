import { busOperationsPerSecond } from "./bounds.ts";
import { values, type Values } from "./inputs/inputs.ts";
import type { Scenario } from "./scenario.ts";
import { someOf } from "./simulation/runs.ts";

/** What it costs while one push service is away for long. */
export type Outage = {
  /** The part of notifications that have a device there. */
  readonly notifications: number;
  /** Messages a second that are looked at in vain, for each notification a second. */
  readonly inVain: number;
  /** Notifications a second that the bus, and the tables, carry meanwhile. */
  readonly busPerSecond: number;
  readonly tablesPerSecond: number;
};

/**
 * After t seconds of an outage, λ notifications a second with a device there have left λt messages, and each comes again after t/8 in the mean, for
 * its wait is spread over a quarter of t, and a third later, to meet those of its notification: t/6. So 6 λ come each second, whatever t is.
 */
export const outageOf = (share: number, scenario: Scenario, use: Values = values): Outage => {
  const notifications = someOf(scenario.devices, share);
  const inVain = (notifications * 2) / (use.awaySpread * (1 + use.meetingDelay));
  const tables = use.tablesOfPost + use.tablesOfRun + use.tablesOfPurge + inVain * use.tablesOfRun;
  return {
    notifications,
    inVain,
    busPerSecond: busOperationsPerSecond(scenario, use) / (2 * (1 + inVain)),
    tablesPerSecond: use.accountPerSecond / tables,
  };
};
