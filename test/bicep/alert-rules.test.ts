import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ThrottledBy } from "../../shared/telemetry/events.ts";
import { promisedWithinMs, withinOf, withinValues } from "../../shared/telemetry/metrics.ts";
import { alertOf, alerts, conditionOf, logAlerts, nameOf, propertiesOf, queryOf } from "./support/alerts-made.ts";

/** Name, severity, how the measured is put together, what is measured, from when on, over which time, how often it is looked at. */
const expected = [
  "backlog 2 Average ActiveMessages GreaterThan 60000 PT5M PT1M", // 500 a second for 120 s
  "bus-busy 2 Maximum NamespaceCpuUsage GreaterThan 70 PT15M PT5M",
  "bus-errors 2 Total ServerErrors GreaterThan 10 PT15M PT5M",
  "bus-throttled 2 Total ThrottledRequests GreaterThan 10 PT15M PT5M",
  "callers-refused 3 Maximum Percent GreaterThan 5 PT1H PT15M",
  "channels-closed 2 Maximum Devices GreaterThan 0 PT2H PT15M",
  "credential-refused 1 Count rows GreaterThan 0 PT15M PT5M",
  "dead-letters 2 Average DeadletteredMessages GreaterThan 0 PT5M PT1M",
  "dead-letters-many 1 Average DeadletteredMessages GreaterThan 100 PT5M PT1M",
  "deliveries-late 3 Maximum Percent GreaterThan 1 PT1H PT30M",
  "deliveries-stalled 1 Count rows GreaterThan 0 PT1H PT5M",
  "memory 2 Maximum Megabytes GreaterThan 1433 PT30M PT15M", // 70 % of 2,048
  "pruning-stopped 2 Count rows GreaterThan 0 PT15M PT15M",
  "purge-behind 3 Maximum Seconds GreaterThan 3600 PT1H PT1H", // twelve runs of the purge
  "push-service-down 3 Count rows GreaterThan 0 PT1H PT15M",
  "queue-age 2 Maximum Seconds GreaterThan 15 PT15M PT15M", // half of the promised 30 s
  "restarts 2 Count rows GreaterThan 5 PT30M PT15M",
  "silent 1 Count rows GreaterThan 0 P1D PT5M",
  "slo-accepted 1 Count rows GreaterThan 0 PT6H PT5M",
  "slo-accepted-slow 2 Count rows GreaterThan 0 P2D PT1H",
  "slo-delivered 1 Count rows GreaterThan 0 PT6H PT5M",
  "slo-delivered-slow 2 Count rows GreaterThan 0 P2D PT1H",
  "tables-throttled 2 Total Transactions GreaterThan 100 PT15M PT5M",
  "tables-unavailable 2 Average Availability LessThan 99.9 PT15M PT5M",
  "telemetry-capped 1 Count rows GreaterThan 0 P1D PT5M",
  "timers-silent 2 Count rows GreaterThan 0 PT1H PT15M",
];

const ruleOf = (alert: (typeof alerts)[number]): string => {
  const { severity, windowSize, evaluationFrequency } = propertiesOf(alert);
  const { metricName, metricMeasureColumn, timeAggregation, operator, threshold } = conditionOf(alert);
  const measured = metricName ?? metricMeasureColumn ?? "rows";
  const words = [severity, timeAggregation, measured, operator, threshold, windowSize, evaluationFrequency];
  return [nameOf(alert), ...words].map(String).join(" ");
};

test("every alert wakes or waits, and begins, as was decided for it: infra/alerts.md explains these numbers", () => {
  expect(alerts.map(ruleOf).toSorted()).toEqual(expected);
});

test("every alert is switched on, and ends by itself", () => {
  for (const alert of alerts) expect(propertiesOf(alert)).toMatchObject({ enabled: true, autoMitigate: true });
});

test("of a log alert one look is enough, it asks the workspace, and it is split by what it blames and nothing else", () => {
  const split: Readonly<Record<string, string[]>> = { "channels-closed": ["Key"], "deliveries-late": ["Channel"] };
  for (const alert of logAlerts) {
    const { dimensions, failingPeriods } = conditionOf(alert);
    expect(failingPeriods).toEqual({ numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 });
    expect(propertiesOf(alert).scopes).toEqual(["/workspace"]);
    expect(dimensions).toEqual(
      (split[nameOf(alert)] ?? []).map((name) => ({ name, operator: "Include", values: ["*"] })),
    );
  }
});

/** Whose fault a refusal is. The compiler asks for each reason that the code has. */
const faults: Readonly<Record<ThrottledBy, "callers" | "ours">> = {
  "user-writes": "callers",
  "user-reads": "callers",
  "app-writes": "callers",
  backlog: "ours",
  "bus-away": "ours",
  away: "ours",
};
const refusedBy = (fault: "callers" | "ours") =>
  Object.entries(faults).flatMap(([reason, whose]) => (whose === fault ? [reason] : []));
const listsIn = (query: string, column: string) =>
  [...query.matchAll(new RegExp(`\\b${column} in \\(([^)]*)\\)`, "g"))].map(([, list = ""]) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, value]) => value),
  );

test("a refusal burns the objective where it is our fault, and is the callers' alert where it is theirs; none is neither", () => {
  expect(listsIn(queryOf(alertOf("slo-accepted")), "Reason")).toEqual([refusedBy("ours")]);
  expect(listsIn(queryOf(alertOf("callers-refused")), "Reason")).toEqual([refusedBy("callers")]);
});

test("whatever tells what is in time from what is late takes all that was told within the promised time, and no more", () => {
  const inTime = withinValues.slice(0, withinValues.indexOf(withinOf(promisedWithinMs)) + 1);
  const texts = ["slo-delivered", "slo-delivered-slow", "deliveries-late"].map((name) => queryOf(alertOf(name)));
  const workbook = readFileSync("infra/workbook.json", "utf8").replaceAll('\\"', '"');
  for (const text of [...texts, workbook]) {
    const lists = listsIn(text, "Within");
    expect(lists.length).toBeGreaterThan(0);
    for (const list of lists) expect(list).toEqual(inTime);
  }
});

/** Of each event that is an alarm, the alert that tells of it, and by which word of its condition. */
const toldBy: Readonly<Record<string, readonly [alert: string, word: string]>> = {
  "channels-closed": ["channels-closed", 'e.event == "channels-closed"'],
  "credential-refused": ["credential-refused", 'Kind == "credential"'],
  "pruning-stopped": ["pruning-stopped", 'Kind == "pruning"'],
  "dead-letter": ["dead-letters", "DeadletteredMessages"],
};

test("of every event that calls itself an alarm an alert tells", () => {
  const source = readFileSync("shared/telemetry/events.ts", "utf8");
  const alarms = [...source.matchAll(/\bAn alarm: [^]*?readonly event: "([\w-]+)"/g)].map(([, event]) => event);
  expect(alarms).toEqual(Object.keys(toldBy));
  for (const [alert, word] of Object.values(toldBy)) {
    const { query, metricName } = conditionOf(alertOf(alert));
    expect(String(query ?? metricName)).toContain(word);
  }
});
