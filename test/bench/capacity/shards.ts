import { boundsOf } from "./bounds.ts";
import { values, type Values } from "./inputs/inputs.ts";
import type { Scenario } from "./scenario.ts";

/** How many of what carry so many notifications a second with headroom, and beyond which rate one alone does not. */
export type Shards = {
  readonly what: "namespaces" | "accounts" | "instances" | "FCM projects";
  readonly needed: number;
  /** Notifications a second from which one (of instances: as many as are allowed) has too little headroom. */
  readonly shardAt: number;
};

/** What so many notifications a second need. Namespaces and accounts of one environment are one each: more than that is several environments. */
export const shardsFor = (perSecond: number, scenario: Scenario, use: Values = values): readonly Shards[] => {
  const bounds = boundsOf(scenario, use);
  const boundOf = (start: string): number =>
    bounds.find(({ resource }) => resource.startsWith(start))?.perSecond ?? Infinity;
  const fleet = Math.min(
    boundOf(`${scenario.instancesMost} instances' CPU`),
    boundOf(`${scenario.instancesMost} instances' hands`),
  );
  const one = (what: Shards["what"], bound: number): Shards => {
    const shardAt = bound * use.headroom;
    return { what, needed: Math.ceil(perSecond / shardAt), shardAt };
  };
  return [
    one("namespaces", boundOf("Service Bus")),
    one("accounts", boundOf("the tables' account")),
    { ...one("instances", fleet), needed: Math.ceil((perSecond * scenario.instancesMost) / (fleet * use.headroom)) },
    one("FCM projects", boundOf("one FCM project")),
  ];
};
