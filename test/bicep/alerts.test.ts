import { describe, expect, test } from "vitest";
import {
  alerts,
  conditionOf,
  isPage,
  logAlerts,
  nameOf,
  propertiesOf,
  queryOf,
  resources,
} from "./support/alerts-made.ts";
import { entries } from "./support/runbook.ts";
import { minutesOf } from "./support/spans.ts";

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
        expect(command).toMatch(
          /^(kql '.*'$|npm run ops -- (apps|audit|dead-letters|doctor|explain|queue|smoke)\b|(DATA_KEYS="\$\()?secret data-keys\b|az |curl )/,
        );
      }
    },
  );
});

describe("a log alert", () => {
  test("can be made in the hour in which its workspace is: the tables it asks are there from the first row on", () => {
    for (const alert of logAlerts) expect(propertiesOf(alert)).toMatchObject({ skipQueryValidation: true });
  });

  test("looks as often and as far back as the vendor lets it, and far enough for its query", () => {
    for (const alert of logAlerts) {
      const { evaluationFrequency, windowSize } = propertiesOf(alert);
      expect(["PT5M", "PT15M", "PT30M", "PT1H"]).toContain(evaluationFrequency);
      expect(["PT15M", "PT30M", "PT1H", "PT2H", "PT6H", "P1D", "P2D"]).toContain(windowSize);
      if (nameOf(alert).startsWith("slo-")) continue; // below
      const agos = [...queryOf(alert).matchAll(/\bago\((\w+)\)/g)].map(([, span = ""]) => minutesOf(span));
      expect(Math.max(0, ...agos)).toBeLessThanOrEqual(minutesOf(String(windowSize)));
    }
  });
});

test("channels that do not open are told once an hour, and their alert, one for each key, is not over in between", () => {
  const [alert, ...others] = logAlerts.filter((one) => nameOf(one) === "channels-closed");
  expect(others).toEqual([]);
  expect(minutesOf(String(alert && propertiesOf(alert).windowSize))).toBeGreaterThanOrEqual(2 * 60);
  expect(alert && conditionOf(alert).dimensions).toMatchObject([{ name: "Key", values: ["*"] }]);
});

test("only what is posted to a pager's URI holds it, and tickets are not posted", () => {
  const holding = resources.filter(({ body }) => JSON.stringify(body).includes("pager.contoso.com"));
  expect(holding.map(({ body }) => body.name)).toEqual(["app-page"]);
});
