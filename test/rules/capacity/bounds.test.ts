import { expect, test } from "vitest";
import { boundsOf } from "../../bench/capacity/bounds.ts";
import { outageOf } from "../../bench/capacity/outage.ts";
import { standardScenario, type Scenario } from "../../bench/capacity/scenario.ts";
import { shardsFor } from "../../bench/capacity/shards.ts";
import { prices } from "../cost/prices.ts";
import { operatorsPages } from "../docs/pages.ts";

const runbook = operatorsPages.find(({ path }) => path === "infra/README.md")?.text ?? "";
const capacity = runbook.slice(runbook.indexOf("## Capacity"));
/** The numbers of the row's second cell in the runbook's table of capacity. */
const said = (name: string): readonly number[] => {
  const line = capacity.split("\n").find((one) => one.startsWith(`| ${name}`));
  return (line?.split("|")[2]?.match(/\d[\d,]*/g) ?? []).map((text) => Number(text.replaceAll(",", "")));
};
const boundOf = (resource: string, changes: Partial<Scenario> = {}): number =>
  boundsOf({ ...standardScenario, ...changes }).find((bound) => bound.resource.startsWith(resource))?.perSecond ?? NaN;

test("the runbook's table of capacity says what the plan reckons, within a hundredth", () => {
  const near = (name: string, reckoned: readonly number[]): void => {
    const ratios = reckoned.map((one, at) => Math.abs((said(name)[at] ?? NaN) / one - 1));
    expect([name, ratios.every((ratio) => ratio <= 0.01)]).toEqual([name, true]);
  };
  near("Service Bus Standard", [boundOf("Service Bus")]);
  near("the tables' account", [boundOf("the tables' account")]);
  near("one app", [boundOf("one app")]);
  near(
    "all instances",
    [1, 3, 10].map((devices) => boundOf("100 instances' CPU", { devices })),
  );
  expect(runbook).toContain(`$${prices.busUnitMonth} for Premium`);
});

test("the lowest bound comes first: Standard's credits, then with many units the tables, then with many devices the instances", () => {
  const first = (changes: Partial<Scenario>): string =>
    boundsOf({ ...standardScenario, ...changes })
      .map(({ resource }) => resource)
      .find((resource) => resource !== "one app") ?? "";
  expect(first({})).toBe("Service Bus Standard");
  expect(first({ sku: "premium", units: 1 })).toBe("Service Bus Premium, 1 MU");
  expect(first({ sku: "premium", units: 8 })).toBe("the tables' account");
  expect(first({ sku: "premium", units: 8, devices: 50, instancesMost: 40 })).toBe("40 instances' CPU");
  expect(first({ users: 100 })).toBe("the users' own limits");
});

test("what is needed grows with the rate, and one of each is enough up to where it says", () => {
  const needed = (perSecond: number) =>
    Object.fromEntries(shardsFor(perSecond, standardScenario).map(({ what, needed: count }) => [what, count]));
  expect(needed(1)).toEqual({ namespaces: 1, accounts: 1, instances: 1, "FCM projects": 1 });
  expect(needed(10_000)).toMatchObject({ namespaces: 29, accounts: 8, instances: 229, "FCM projects": 2 });
  for (const { what, shardAt } of shardsFor(1, standardScenario)) {
    if (what === "instances") continue;
    expect([what, needed(shardAt * 0.999)[what], needed(shardAt * 1.001)[what]]).toEqual([what, 1, 2]);
  }
});

test("a push service that nobody has a device at costs nothing when it is away, and one that all have costs most", () => {
  expect(outageOf(0, standardScenario)).toMatchObject({
    notifications: 0,
    inVain: 0,
    busPerSecond: 500,
    tablesPerSecond: 2_000,
  });
  expect(outageOf(1, standardScenario)).toMatchObject({ notifications: 1, inVain: 6 });
});
