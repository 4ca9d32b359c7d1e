import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metrics } from "../../../shared/telemetry/metrics.ts";

test("operators find every metric in infra/alerts.md as it is recorded: name, kind, unit, attributes, what it says", () => {
  const [, section = ""] = readFileSync("infra/alerts.md", "utf8").split(/^## Metrics\n/m);
  const cells = section.split("\n").flatMap((line) => {
    const [, ...row] = line.split("|").map((cell) => cell.trim());
    return row[0]?.startsWith("`fanfare.") === true ? [row.slice(0, -1)] : [];
  });
  const documented = Object.entries(metrics).map(([name, { kind, unit, attributes, description }]) => [
    `\`${name}\``,
    kind,
    `\`${unit}\``,
    attributes.map((attribute) => `\`${attribute}\``).join(", "),
    description,
  ]);
  expect(cells).toEqual(documented);
});
