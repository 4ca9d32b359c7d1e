import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { standardPercent } from "../../../functions/telemetry/telemetry-settings.ts";
import { operatorsPages, root } from "../docs/pages.ts";
import { restCost } from "../telemetry/cost.ts";
import { costOfAsking, costOfMillion, costOfMonth } from "./cost.ts";
import { counts } from "./prices.ts";

const runbook = operatorsPages.find(({ path }) => path === "infra/README.md")?.text ?? "";
const dollars = (amount: number): string => amount.toFixed(2);

/** The cells of the row that begins so, without what is about them. */
const row = (name: string): readonly string[] => {
  const line = runbook
    .split("\n")
    .map((one) => one.replaceAll("*", ""))
    .find((one) => one.startsWith(`| ${name} `));
  return (line ?? `| ${name} | is not there |`)
    .split("|")
    .slice(2, -1)
    .map((cell) => cell.trim());
};

const devices = [1, 3, 10];

test("what the runbook says a million notifications cost is what comes of the code's counts and the prices", () => {
  const costs = devices.map((count) => costOfMillion(count, standardPercent));
  for (const name of Object.keys(costOfMillion(1, standardPercent)) as (keyof (typeof costs)[number])[]) {
    expect([name, ...row(name).slice(-3)]).toEqual([name, ...costs.map((cost) => dollars(cost[name]))]);
  }
  expect(row("each asks its feed").slice(-3)).toEqual(devices.map((count) => dollars(costOfAsking(count))));
});

test("what it says an idle month costs, too", () => {
  for (const [name, cost] of Object.entries(costOfMonth(2)))
    expect([name, row(name).at(-1)]).toEqual([name, dollars(cost)]);
});

test("the counts are those that the requests are held to", () => {
  const held = readFileSync(`${root}test/contracts/api/request-count.test.ts`, "utf8");
  const words = ["no", "one", "two", "three", "four", "five"];
  expect(held).toContain(`costs at most ${words[counts.tablesOfPost]} table requests, three in sequence, and one send`);
  expect(held).toContain(`one message for ten devices costs at most ${words[counts.tablesOfRun]} table requests`);
});

test.each(devices)("telemetry is held to a tenth of no more than all the rest, for %i devices", (count) => {
  const { telemetry, "all of it": all } = costOfMillion(count, standardPercent);
  expect(restCost(count)).toBeLessThan(all - telemetry);
  expect(telemetry).toBeLessThan((all - telemetry) / 10);
});

test("nor for a month in which nobody sends anything", () => {
  const { "their gauges": telemetry, ...rest } = costOfMonth(2);
  expect(telemetry).toBeLessThan(Object.values(rest).reduce((sum, part) => sum + part, 0) / 10);
});
