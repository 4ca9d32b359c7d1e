import { prices } from "../../rules/cost/prices.ts";
import { boundsOf, busOperationsPerSecond, looksPerSecond, runsInHandPerSecond } from "./bounds.ts";
import { values, type Values } from "./inputs/inputs.ts";
import type { Scenario } from "./scenario.ts";

/** How long a backlog takes, by closed formulas: nothing else comes meanwhile, and all push services are well. */
export type Drain = {
  /** Messages a second when all instances are there. */
  readonly perSecond: number;
  readonly binds: string;
  readonly seconds: number;
  /** Of the seconds, those lost while instances come. */
  readonly rampSeconds: number;
  /** What is needed at that rate, and what target-based scaling keeps as long as more waits than they can hold. */
  readonly instances: { readonly needed: number; readonly kept: number };
  /** Dollars for the instances that are kept, on demand. */
  readonly instancesCost: number;
};

/** Of messages that wait in the queue: each is received and run. */
export const drainOfQueue = (messages: number, scenario: Scenario, use: Values = values): Drain => {
  const { devices, instancesMost } = scenario;
  const ofInstance = Math.min(use.instancePerSecond / devices, runsInHandPerSecond(devices, use));
  const most = [
    { binds: "Service Bus", perSecond: receivesPerSecond(scenario, use) },
    { binds: "the tables' account", perSecond: use.accountPerSecond / use.tablesOfRun },
    { binds: "instances", perSecond: instancesMost * ofInstance },
    { binds: "FCM", perSecond: use.fcmPerSecond / (use.fcmShare * devices) },
  ];
  const { binds, perSecond } = most.reduce((least, one) => (one.perSecond < least.perSecond ? one : least));
  const rampSeconds = lostWhileTheyCome(perSecond, ofInstance, scenario, use);
  const seconds = messages / perSecond + rampSeconds;
  const kept = Math.min(instancesMost, Math.ceil(messages / use.scaleTarget));
  const instancesCost = kept * seconds * use.memoryGb * prices.gbSecond;
  const needed = Math.min(instancesMost, Math.ceil(perSecond / ofInstance));
  return { perSecond, binds, seconds, rampSeconds, instances: { needed, kept }, instancesCost };
};

/** Credits that are left to receive with, when nobody sends. */
const receivesPerSecond = (scenario: Scenario, use: Values): number => {
  const looks = scenario.sku === "standard" ? looksPerSecond(0, use) : 0;
  return busOperationsPerSecond(scenario, use) - looks;
};

/**
 * Seconds that the drain takes longer because instances come a few at a time: what is not done in each of the steps, divided by the
 * rate at which it is done in the end.
 */
const lostWhileTheyCome = (perSecond: number, ofInstance: number, { instancesMost }: Scenario, use: Values): number => {
  let undone = 0;
  let instances = Math.min(instancesMost, use.deliverReady);
  // The first step waits for the first look alone, and for its instances to start.
  for (
    let wait = use.startSeconds;
    instances * ofInstance < perSecond && instances < instancesMost;
    wait = use.scaleSeconds
  ) {
    undone += wait * (perSecond - instances * ofInstance);
    instances = Math.min(instancesMost, instances + use.scaleStep);
  }
  return undone / perSecond;
};

/** Seconds until so many notifications, which callers still have, are accepted and delivered: as fast as the lowest bound lets them. */
export const secondsToPostAndDeliver = (count: number, scenario: Scenario, use: Values = values): number =>
  count / (boundsOf(scenario, use)[0]?.perSecond ?? Infinity);

/** How many messages the queue holds as it is deployed, and as it could be. */
export const queueHolds = ({ sku }: Scenario, use: Values = values) => ({
  deployed: Math.floor(use.queueBytes / use.messageBytes),
  most: Math.floor((sku === "standard" ? use.standardQueueBytesMost : use.premiumQueueBytesMost) / use.messageBytes),
});
