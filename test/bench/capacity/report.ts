import { costOfMillion } from "../../rules/cost/cost.ts";
import { prices } from "../../rules/cost/prices.ts";
import { textTable } from "../text-table.ts";
import type { Plan } from "./capacity.ts";
import { inputs } from "./inputs/inputs.ts";
import { sourceOf } from "./inputs/input.ts";
import { duration, number } from "./in-words.ts";
import { tenMillion } from "./scenario.ts";
import type { Told } from "./stories.ts";

/** The plan for people: what binds, when to shard, what it costs, how long ten million take, and on what all that rests. */
export const report = (plan: Plan): string =>
  [carried(plan), sharded(plan), away(plan), costs(plan), drained(plan), told(plan.stories), provenance()].join("\n\n");

const carried = ({ scenario, bounds }: Plan): string => {
  const { users, devices, perSecond, burst } = scenario;
  const lines = textTable(
    ["notifications a second, by resource", "at most", "used"],
    bounds.map(({ resource, perSecond: most }) => [
      resource,
      number(most),
      `${((perSecond / most) * 100).toFixed(0)} %`,
    ]),
  ).split("\n");
  const reasons = ["because; then", ...bounds.map(({ because, then }) => `${because}; ${then}`)];
  const [binds] = bounds;
  return `${number(users)} users with ${devices} devices; ${number(perSecond)} notifications a second, and a burst of ${number(burst)} within a minute.

${lines.map((line, at) => `${line}   ${reasons[at] ?? ""}`).join("\n")}

What binds: ${binds?.resource ?? "nothing"}, at ${number(binds?.perSecond ?? Infinity)} a second.`;
};

const sharded = ({ shards, scenario }: Plan): string =>
  `${textTable(
    ["to carry it with headroom", "needed", "one is too little from, a second"],
    shards.map(({ what, needed, shardAt }) => [what, number(needed), number(shardAt)]),
  )}
(one of instances: all ${scenario.instancesMost} that are allowed. Two namespaces or accounts are two environments, by customer or region.)`;

const away = ({ outage, scenario }: Plan): string => {
  const { notifications, inVain, busPerSecond, tablesPerSecond } = outage;
  return `While APNs, with ${inputs.apnsShare.value * 100} % of the devices, is away for long: ${(notifications * 100).toFixed(0)} % of notifications wait for it, and each second's are looked at
${number(inVain)} times in vain; the bus then carries ${number(busPerSecond)} a second, the tables ${number(tablesPerSecond)}.${scenario.perSecond > busPerSecond ? " That is less than come." : ""}`;
};

const costs = ({ scenario, samplePercent }: Plan): string => {
  const columns = [...new Set([1, scenario.devices, 10])].toSorted((one, other) => one - other);
  const all = columns.map((devices) => costOfMillion(devices, samplePercent));
  const rows = Object.keys(all[0] ?? {}).map((part) => [
    part,
    ...all.map((cost) => (Object.entries(cost).find(([name]) => name === part)?.[1] ?? 0).toFixed(2)),
  ]);
  const premium = `Premium: no operations are billed, $${number(prices.busUnitMonth * scenario.units)} a month for ${scenario.units} ${scenario.units === 1 ? "unit" : "units"} instead.`;
  return `${textTable(["dollars a million, by devices", ...columns.map(String)], rows)}
${scenario.sku === "premium" ? premium : `Standard; a month that has more than ${number((prices.busUnitMonth - prices.busMonth) / prices.busOperation / 3 / 1e6)} million is cheaper on one unit of Premium.`}`;
};

const drained = ({ drain, posted, holds }: Plan): string =>
  `${number(tenMillion)} notifications:
  from the queue           ${duration(drain.seconds)}: ${drain.binds} binds at ${number(drain.perSecond)} a second; ${duration(drain.rampSeconds)} of it while instances come
  as callers bring them    ${duration(posted)}: accepted and delivered at the rate that binds above
  the queue holds          ${number(holds.deployed)} as deployed, ${number(holds.most)} at most; BACKLOG_LIMIT answers 406 beyond ${number(inputs.backlogLimit.value)}
  instances                ${drain.instances.needed} are needed, ${drain.instances.kept} are kept while more wait than they hold: at most $${drain.instancesCost.toFixed(2)}`;

const told = (stories: readonly Told[]): string =>
  `${textTable(
    [
      "simulated",
      "a receive beyond",
      "all in at",
      "done at",
      "age p50",
      "p99",
      "in 30 s",
      "waiting",
      "instances",
      "refused POSTs",
      "retries",
    ],
    stories.map(({ name, receives, story }) => [
      name,
      receives === "delayed" ? "waits" : "is refused",
      duration(story.callersInAt),
      duration(story.seconds),
      duration(story.age.p50),
      duration(story.age.p99),
      `${(story.within30s * 100).toFixed(1)} %`,
      number(story.waitingMost),
      number(story.instancesMost),
      number(story.refused.posts),
      number(story.retries),
    ]),
  )}
A receive beyond the credits: the vendor says that it is refused, and its SDK then sleeps 10 s, all calls of an instance together; whether the broker
does so to receivers that wait on a link, no page says and nobody tried. Age: from due to its run. All in:\nsince then no caller waits outside. Waiting, instances: the most at a time.`;

const kinds = ["quoted", "measured", "set", "assumed"] as const;

const provenance = (): string =>
  kinds
    .map((kind) => {
      const those = Object.entries(inputs).filter(([, { from }]) => from.kind === kind);
      const lines = those.map(([name, input]) => {
        const figure = `${number(input.value)} ${input.unit}`;
        return `  ${name.padEnd(24)}${figure.padEnd(60)}${sourceOf(input)}`;
      });
      return [`Inputs ${kind}:`, ...lines].join("\n");
    })
    .join("\n");
