/** What is to be carried, and on what. */
export type Scenario = {
  readonly users: number;
  /** Of each user. */
  readonly devices: number;
  /** Notifications a second that come all day. */
  readonly perSecond: number;
  /** Notifications that come at once, on top. */
  readonly burst: number;
  readonly sku: "standard" | "premium";
  /** Messaging units of Premium. */
  readonly units: number;
  readonly instancesMost: number;
};

/** What Bicep deploys if nothing else is said, and a million users with three devices. */
export const standardScenario: Scenario = {
  users: 1_000_000,
  devices: 3,
  perSecond: 200,
  burst: 100_000,
  sku: "standard",
  units: 1,
  instancesMost: 100,
};

/** The backlog whose end is asked for. */
export const tenMillion = 10_000_000;
