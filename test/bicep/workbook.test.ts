import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { metrics } from "../../shared/telemetry/metrics.ts";
import { metricsAsked } from "./support/asked.ts";
import { recordOf, resourcesOf } from "./support/evaluated-module.ts";

/** As much of the vendor's schema as is used: text 1, query 3, parameters 9, metrics 10. */
const text = z.object({ type: z.literal(1), name: z.string(), content: z.object({ json: z.string() }) });
const query = z.object({
  type: z.literal(3),
  name: z.string(),
  customWidth: z.string(),
  content: z.object({
    version: z.literal("KqlItem/1.0"),
    query: z.string().min(1),
    title: z.string(),
    queryType: z.literal(0),
    resourceType: z.literal("microsoft.operationalinsights/workspaces"),
    crossComponentResources: z.array(z.string()).length(1),
    visualization: z.enum(["tiles", "timechart", "barchart", "table"]),
  }),
});
const parameters = z.object({
  type: z.literal(9),
  name: z.string(),
  content: z.object({
    version: z.literal("KqlParameterItem/1.0"),
    parameters: z.array(z.object({ id: z.guid(), name: z.string(), type: z.number(), value: z.unknown() })),
  }),
});
const metric = z.object({
  type: z.literal(10),
  name: z.string(),
  customWidth: z.string(),
  content: z.object({
    version: z.literal("MetricsItem/2.0"),
    title: z.string(),
    resourceIds: z.array(z.string()).length(1),
    metrics: z.array(z.object({ namespace: z.string(), metric: z.string(), aggregation: z.number() })).min(1),
  }),
});
const workbook = z.object({
  version: z.literal("Notebook/1.0"),
  items: z.array(z.discriminatedUnion("type", [text, query, parameters, metric])),
  fallbackResourceIds: z.array(z.string()),
});

const source = readFileSync("infra/workbook.json", "utf8");
const { items } = workbook.parse(JSON.parse(source));
const queries = items.filter((item) => item.type === 3);

describe("the workbook", () => {
  test("shows every metric of the app", () => {
    const shown = new Set(queries.flatMap((item) => metricsAsked(item.content.query)));
    expect(Object.keys(metrics).filter((name) => !shown.has(name))).toEqual([]);
  });

  test("says above each part what good looks like", () => {
    for (const item of items) if (item.type === 3 || item.type === 10) expect(item.content.title).toMatch(/\. Good: ./);
  });

  test("names each part once, and asks only for parameters that it has", () => {
    const names = items.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const declared = items.flatMap((item) => (item.type === 9 ? item.content.parameters.map(({ name }) => name) : []));
    const asked = [...source.matchAll(/\{([A-Z]\w+)(?::\w+)?\}/g)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual([...declared].sort());
  });

  test("is deployed with the resources of its deployment in it", () => {
    const [deployed] = resourcesOf("infra/modules/workbook.bicep", {
      location: "westeurope",
      tags: {},
      appName: "app",
      workspaceId: "/workspace",
      namespaceId: "/namespace",
      dataAccountId: "/account",
    });
    const serialized = String(recordOf(deployed?.body.properties).serializedData);
    expect(workbook.parse(JSON.parse(serialized)).fallbackResourceIds).toEqual(["/workspace"]);
    expect(serialized).not.toMatch(/__[A-Z_]+__/);
    for (const id of ["/namespace", "/account"]) expect(serialized).toContain(`"${id}"`);
  });
});
