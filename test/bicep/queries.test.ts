import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { deliveryCases } from "./deliveries.cases.ts";
import { objectiveCases } from "./objectives.cases.ts";
import { processCases } from "./processes.cases.ts";
import { conditionOf, logAlerts, nameOf, queryOf } from "./support/alerts-made.ts";
import { unknownIn } from "./support/asked.ts";
import { recordOf } from "./support/evaluated-module.ts";
import { faultsOf } from "./support/kql.ts";
import { entries } from "./support/runbook.ts";

// All queries there are, in one file: Microsoft's parser takes longer to load and to warm up than to look at them, or to
// run them over what a workspace might have got.

test.each(logAlerts.map((alert) => [nameOf(alert), alert] as const))(
  "the alert %s asks what the workspace can answer, of what the app tells, and compares a column that comes of it",
  (_, alert) => {
    const query = queryOf(alert);
    const { metricMeasureColumn: column, timeAggregation, dimensions } = conditionOf(alert);
    const columns = [
      column ?? [],
      (Array.isArray(dimensions) ? dimensions : []).map((one) => recordOf(one).name),
    ].flat();
    const compared = columns.length === 0 ? query : `${query}\n| project ${columns.map(String).join(", ")}`;
    expect([...faultsOf(compared), ...unknownIn(query)]).toEqual([]);
    expect(timeAggregation).toBe(column === null ? "Count" : "Maximum");
    expect(query).not.toMatch(/\b(AggregatedValue|bag_unpack|pivot|narrow|search)\b/); // the vendor's alerts cannot have these
  },
);

const ofRunbook = entries().flatMap(({ name, commands }) =>
  commands.flatMap((command): [string, string][] => {
    const [, query] = /^kql '(.*)'$/.exec(command) ?? [];
    return query === undefined ? [] : [[name, query]];
  }),
);

test.each(ofRunbook)("so does the runbook's command on %s", (_, query) => {
  expect([...faultsOf(query), ...unknownIn(query)]).toEqual([]);
});

const workbook = z.object({
  items: z.array(z.object({ name: z.string(), content: z.object({ query: z.string().optional() }) })),
});
const ofWorkbook = workbook
  .parse(JSON.parse(readFileSync("infra/workbook.json", "utf8")))
  .items.flatMap(({ name, content }): [string, string][] =>
    content.query === undefined ? [] : [[name, content.query]],
  );

test.each(ofWorkbook)("so does the workbook's %s", (_, query) => {
  expect([...faultsOf(query.replaceAll("{TimeRange:grain}", "5m")), ...unknownIn(query)]).toEqual([]);
});

test("there are queries of each kind", () => {
  expect([logAlerts, ofRunbook, ofWorkbook].map((those) => those.length > 5)).toEqual([true, true, true]);
});

describe("an objective's alert", objectiveCases);
describe("an alert on deliveries", deliveryCases);
describe("an alert on processes", processCases);
