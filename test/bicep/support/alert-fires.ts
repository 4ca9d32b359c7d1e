import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import type { MetricName, PointOf } from "../../../shared/telemetry/metrics.ts";
import { alertOf, conditionOf, propertiesOf } from "./alerts-made.ts";
import { rowsOf } from "./evaluated-kql.ts";
import type { Row } from "./evaluated-kql-value.ts";
import { recordOf } from "./evaluated-module.ts";
import { minutesOf } from "./spans.ts";

/** What a Log Analytics workspace got, and how many minutes ago: a row of one of its tables. */
export type Told = { readonly table: string; readonly minutesAgo: number; readonly columns: Row };

/** A row of a metric: `ItemCount` records, together `sum`. Of a gauge that is the sum of as many values. */
export const measured = <Name extends MetricName>(
  name: Name,
  minutesAgo: number,
  sum: number,
  attributes: PointOf<Name>["attributes"],
  { instance = "one", items = 1 } = {},
): Told => ({
  table: "AppMetrics",
  minutesAgo,
  columns: { Name: name, Sum: sum, ItemCount: items, Properties: attributes, AppRoleInstance: instance },
});
/** A line of the log: an event, or what the host says. */
export const logged = (minutesAgo: number, line: Partial<FanfareEvent> | string): Told => ({
  table: "AppTraces",
  minutesAgo,
  columns: { Message: typeof line === "string" ? line : JSON.stringify(line) },
});
export const thrown = (minutesAgo: number, type: string): Told => ({
  table: "AppExceptions",
  minutesAgo,
  columns: { ExceptionType: type },
});
/** What the workspace says of itself: https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap */
export const ofWorkspace = (minutesAgo: number, category: string, detail: string): Told => ({
  table: "_LogOperation",
  minutesAgo,
  columns: { Category: category, Detail: detail },
});

const now = Date.UTC(2026, 10, 22, 12, 30);

/** What a log alert is up for when its rule looks at that: of a rule that is split the dimension's values, of another `alert`. Empty when it is not. */
export const upFor = (alert: string, told: readonly Told[]): readonly string[] => {
  const rule = alertOf(alert);
  const { query, metricMeasureColumn: column, operator, threshold, dimensions } = conditionOf(rule);
  if (operator !== "GreaterThan") throw new Error(`${alert} compares by ${String(operator)}`);
  const window = minutesOf(String(propertiesOf(rule).windowSize));
  const tables: Record<string, Row[]> = { AppMetrics: [], AppTraces: [], AppExceptions: [], _LogOperation: [] };
  for (const { table, minutesAgo, columns } of told)
    if (minutesAgo < window) tables[table]?.push({ TimeGenerated: now - minutesAgo * 60_000, ...columns });
  const rows = rowsOf(String(query), tables, now);
  if (typeof column !== "string") return rows.length > Number(threshold) ? ["alert"] : [];
  const [split] = (Array.isArray(dimensions) ? dimensions : []).map((one) => String(recordOf(one).name));
  const above = rows.filter((row) => row[column] !== null && Number(row[column]) > Number(threshold));
  return [...new Set(above.map((row) => (split === undefined ? "alert" : String(row[split]))))].toSorted();
};

export const isUp = (alert: string, ...told: readonly Told[]): boolean => upFor(alert, told).length > 0;
