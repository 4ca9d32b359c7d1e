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
  [carried(plan), sharded(plan), costs(plan), drained(plan), told(plan.stories), provenance()].join("\n\n");

const carried = ({ scenario, bounds }: Plan): string => {
  const { users, devices, perSecond, burst } = scenario;
  const table = textTable(
    ["notifications a second, by resource", "at most", "used", "because", "then"],
    bounds.map((bound) => [
      bound.resource,
      number(bound.perSecond),
      `${((perSecond / bound.perSecond) * 100).toFixed(0)} %`,
      bound.because,
      bound.then,
    ]),
  );
  const binds = bounds[0];
  return `${number(users)} users with ${devices} devices; ${number(perSecond)} notifications a second, and a burst of ${number(burst)} within a minute.

${table}

What binds: ${binds?.resource ?? "nothing"}, at ${number(binds?.perSecond ?? Infinity)} a second.`;
};

const sharded = ({ shards, scenario }: Plan): string =>
  `${textTable(
    ["to carry it with headroom", "needed", "one is too little from, a second"],
    shards.map(({ what, needed, shardAt }) => [what, number(needed), number(shardAt)]),
  )}
(one of instances: all ${scenario.instancesMost} that are allowed. Two namespaces or accounts are two environments, by customer or region.)`;

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

const drained = ({ drain, posted, holds, scenario }: Plan): string =>
  `${number(tenMillion)} notifications:
  from the queue           ${duration(drain.seconds)}: ${drain.binds} binds at ${number(drain.perSecond)} a second; ${duration(drain.rampSeconds)} of it while instances come
  as callers bring them    ${duration(posted)}: accepted and delivered at the rate that binds above
  the queue holds          ${number(holds.deployed)} as deployed, ${number(holds.most)} at most; BACKLOG_LIMIT answers 406 beyond ${number(inputs.backlogLimit.value)}
  instances                ${drain.instances.needed} are needed, ${drain.instances.kept} are kept while more wait than they hold: at most $${drain.instancesCost.toFixed(2)} for ${scenario.sku === "standard" ? "the drain" : "it"}`;

const told = (stories: readonly Told[]): string =>
  `${textTable(
    [
      "simulated",
      "a receive beyond",
      "done in",
      "age p50",
      "p99",
      "in 30 s",
      "waiting",
      "instances",
      "406/503",
      "retries",
    ],
    stories.map(({ name, receives, story }) => [
      name,
      receives === "delayed" ? "waits" : "is refused",
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
does so to receivers that wait on a link, no page says and nobody tried. Age: from due to its run. Waiting, instances: the most at a time.`;

const provenance = (): string =>
  textTable(
    ["input", "value", "unit", "how known", "where"],
    Object.entries(inputs).map(([name, input]) => [
      name,
      number(input.value),
      input.unit,
      input.from.kind,
      sourceOf(input),
    ]),
  );
