import { counts } from "../../../rules/cost/prices.ts";
import { assumed, quoted, set } from "./input.ts";

const docs = "https://learn.microsoft.com/azure/azure-functions/";

/** Flex Consumption's instances, and what one of them does. */
export const instanceInputs = {
  instancePerSecond: assumed(
    counts.perSecond,
    "requests or pushes/s, instance of 2 GB",
    "test/rules/cost/prices.ts; `npm run bench -- pipeline` measures it on a machine like yours",
  ),
  memoryGb: set(counts.memoryGb, "GB, instance", "infra/main.bicep, instanceMemoryMB"),
  quotaGb: quoted(
    500,
    "GB, all Flex apps of a region",
    `${docs}flex-consumption-plan#regional-subscription-memory-quotas`,
  ),
  callsAtOnce: set(32, "messages in hand, instance", "host.json, maxConcurrentCalls"),
  pushesAtOnce: set(64, "pushes under way to an origin, instance", "functions/settings.ts, DELIVERY_CONCURRENCY"),
  deliverReady: set(1, "instance always there", "infra/main.bicep, deliverAlwaysReady"),
  scaleTarget: set(32, "messages/instance the platform wants", "host.json: target-based scaling reads the same number"),
  scaleSeconds: quoted(30, "s between new instances", `${docs}event-driven-scaling#understanding-scaling-behaviors`),
  scaleStep: quoted(4, "instances at a time", `${docs}functions-target-based-scaling`),
  startSeconds: assumed(5, "s until a new one receives", "the platform's part; ours is `npm run bench -- cold-start`"),
  idleSeconds: assumed(60, "s without want until one goes", "the platform does not say"),
  runSeconds: assumed(0.05, "s of a run beside its pushes", "three table requests in sequence, completed"),
} as const;
