import { describe, expect, test } from "vitest";
import { unknownIn } from "./support/asked.ts";
import {
  alerts,
  conditionOf,
  isPage,
  logAlerts,
  minutesOf,
  nameOf,
  propertiesOf,
  queryOf,
  resources,
} from "./support/alerts-made.ts";
import { recordOf } from "./support/evaluated-module.ts";
import { faultsOf } from "./support/kql.ts";
import { entries } from "./support/runbook.ts";

describe("an alert and its entry in the runbook", () => {
  test("every alert has an entry, and every entry an alert, in the section of whom it wakes", () => {
    const told = alerts.map((alert) => `${nameOf(alert)} ${isPage(alert) ? "wakes" : "waits"}`);
    expect(told.sort()).toEqual(
      entries()
        .map((entry) => `${entry.name} ${entry.isPage ? "wakes" : "waits"}`)
        .sort(),
    );
  });

  test("every description is a sentence and where to read on", () => {
    for (const alert of alerts) {
      const { description } = propertiesOf(alert);
      expect(description).toMatch(/^[A-Z][^.]*\. Runbook: infra\/alerts\.md#[a-z-]+$/);
      expect(description).toContain(`#${nameOf(alert)}`);
    }
  });

  test("what wakes somebody is of severity 1, and nothing else is", () => {
    for (const alert of alerts)
      expect([nameOf(alert), propertiesOf(alert).severity === 1]).toEqual([nameOf(alert), isPage(alert)]);
  });

  test.each(entries().map((entry) => [entry.name, entry] as const))(
    "%s: what it means, who notices, three commands, when it is over",
    (_, entry) => {
      for (const part of ["Means", "Users notice", "Causes", "Over"]) expect(entry.text).toContain(`**${part}**: `);
      expect(entry.commands).toHaveLength(3);
      for (const command of entry.commands) {
        const [, query] = /^kql '(.*)'$/.exec(command) ?? [];
        if (query !== undefined) expect([...faultsOf(query), ...unknownIn(query)]).toEqual([]);
        else
          expect(command).toMatch(/^(npm run ops -- (apps|audit|dead-letters|doctor|explain|queue|smoke)\b|az |curl )/);
      }
    },
  );
});

describe("a log alert", () => {
  test.each(logAlerts.map((alert) => [nameOf(alert), alert] as const))(
    "%s asks what the workspace can answer, of what the app tells, and compares a column that comes of it",
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

  test("can be made in the hour in which its workspace is: the tables it asks are there from the first row on", () => {
    for (const alert of logAlerts) expect(propertiesOf(alert)).toMatchObject({ skipQueryValidation: true });
  });

  test("looks as often and as far back as the vendor lets it, and far enough for its query", () => {
    for (const alert of logAlerts) {
      const { evaluationFrequency, windowSize } = propertiesOf(alert);
      expect(["PT5M", "PT15M", "PT30M", "PT1H"]).toContain(evaluationFrequency);
      expect(["PT15M", "PT30M", "PT1H", "PT6H", "P1D", "P2D"]).toContain(windowSize);
      if (nameOf(alert).startsWith("slo-")) continue; // below
      const agos = [...queryOf(alert).matchAll(/\bago\((\w+)\)/g)].map(([, span = ""]) => minutesOf(span));
      expect(Math.max(0, ...agos)).toBeLessThanOrEqual(minutesOf(String(windowSize)));
    }
  });
});

test("only what is posted to a pager's URI holds it, and tickets are not posted", () => {
  const holding = resources.filter(({ body }) => JSON.stringify(body).includes("pager.contoso.com"));
  expect(holding.map(({ body }) => body.name)).toEqual(["app-page"]);
});
