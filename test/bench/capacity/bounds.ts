import { values, type Values } from "./inputs/inputs.ts";
import type { Scenario } from "./scenario.ts";

/** One resource, and how many notifications a second it lets through, each accepted, kept and sent to all its user's devices. */
export type Bound = {
  readonly resource: string;
  readonly perSecond: number;
  readonly because: string;
  /** What to do when it is reached. */
  readonly then: string;
};

/** All bounds, the lowest first: that one binds. */
export const boundsOf = (scenario: Scenario, use: Values = values): readonly Bound[] =>
  [
    busBound(scenario, use),
    ...tableBounds(scenario, use),
    ...instanceBounds(scenario, use),
    {
      resource: "one FCM project",
      perSecond: use.fcmPerSecond / (use.fcmShare * scenario.devices),
      because: `${use.fcmPerSecond} pushes/s, for ${use.fcmShare * 100} % of the devices`,
      then: "ask Google for more",
    },
    {
      resource: "one app",
      perSecond: use.appWrites / 60,
      because: `THROTTLE_APP_WRITES_PER_MINUTE ${use.appWrites}`,
      then: "raise the limit",
    },
  ].toSorted((one, other) => one.perSecond - other.perSecond);

/** Of a namespace, messages a second, in or out: what sends and receives share. */
export const busOperationsPerSecond = ({ sku, units }: Pick<Scenario, "sku" | "units">, use: Values): number =>
  sku === "standard"
    ? use.creditsPerSecond / use.creditsOfMessage
    : (units * use.unitBytesPerSecond * use.unitShare) / use.messageBytes;

/** Credits that looks at the queue's length cost in a second: the scale controller's, and those of each instance that takes POSTs. */
export const looksPerSecond = (postInstances: number, use: Values): number =>
  use.creditsOfLook / use.monitorSeconds + (postInstances * use.creditsOfLook) / use.lookSeconds;

const busBound = (scenario: Scenario, use: Values): Bound => {
  const isStandard = scenario.sku === "standard";
  const operations = busOperationsPerSecond(scenario, use);
  const looks = isStandard ? looksPerSecond(Math.ceil(operations / 2 / use.instancePerSecond), use) : 0;
  return {
    resource: isStandard ? "Service Bus Standard" : `Service Bus Premium, ${scenario.units} MU`,
    perSecond: (operations - looks) / 2,
    because: isStandard
      ? "a credit to send, one to receive, few for looks"
      : "4 MB/s a unit, half of it for us, 1 KB twice",
    then:
      isStandard || scenario.units >= use.unitsMost ? "Premium; several namespaces" : "more units; several namespaces",
  };
};

const tableBounds = ({ users }: Scenario, use: Values): readonly Bound[] => [
  {
    resource: "the tables' account",
    perSecond: use.accountPerSecond / tableRequests(use),
    because: `${use.accountPerSecond} requests/s, ${tableRequests(use)} a notification`,
    then: "Cosmos DB; several accounts",
  },
  {
    resource: "the users' partitions",
    perSecond: (users * use.partitionPerSecond) / use.rowsOfNotification,
    because: `${use.partitionPerSecond} entities/s each, ${use.rowsOfNotification} a notification`,
    then: "none: the next comes first",
  },
  {
    resource: "the users' own limits",
    perSecond: (users * use.userWrites) / 300,
    because: `THROTTLE_USER_WRITES_PER_5_MINUTES ${use.userWrites}`,
    then: "none: no user needs more",
  },
  {
    resource: "an hour's purge list",
    perSecond: use.purgeShards * use.partitionPerSecond,
    because: `${use.purgeShards} partitions, a row a feed and hour at most`,
    then: "none",
  },
];

/** Of one notification in its life. */
const tableRequests = (use: Values): number => use.tablesOfPost + use.tablesOfRun + use.tablesOfPurge;

const instanceBounds = ({ devices, instancesMost }: Scenario, use: Values): readonly Bound[] => [
  {
    resource: `${instancesMost} instances' CPU`,
    perSecond: (instancesMost * use.instancePerSecond) / (1 + devices),
    because: `${use.instancePerSecond} requests or pushes/s each, 1 + ${devices} a notification`,
    then: `instancesMax; ${Math.floor(use.quotaGb / use.memoryGb)} are a region's quota`,
  },
  {
    resource: `${instancesMost} instances' hands`,
    perSecond: instancesMost * runsInHandPerSecond(devices, use),
    because: `${use.callsAtOnce} messages, ${use.pushesAtOnce} pushes at once to an origin`,
    then: "maxConcurrentCalls, if there is memory",
  },
  {
    resource: "the namespace's connections",
    perSecond: ((use.connectionsMost / use.connectionsOfInstance) * use.instancePerSecond) / (1 + devices),
    because: `${use.connectionsMost}, about ${use.connectionsOfInstance} an instance`,
    then: "larger instances",
  },
];

/** Runs a second of one instance whose CPU were free: messages in hand, and pushes under way, each for as long as it takes. */
export const runsInHandPerSecond = (devices: number, use: Values): number => {
  const ofLargestOrigin = Math.max(use.fcmShare, use.apnsShare, use.webPushShare, use.wnsShare);
  return Math.min(
    use.callsAtOnce / (use.runSeconds + use.pushSeconds),
    use.pushesAtOnce / (use.pushSeconds * devices * ofLargestOrigin),
  );
};
