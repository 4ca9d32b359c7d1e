import { metrics, withinValues, type MetricName } from "../../../shared/telemetry/metrics.ts";
import type { OpenBreakers } from "../../../shared/telemetry/breakers.ts";
import type { FanfareEvent, ThrottledBy } from "../../../shared/telemetry/events.ts";

/** The app's metrics that a query names, whether they exist or not. */
export const metricsAsked = (query: string): readonly string[] => [
  ...new Set([...query.matchAll(/"(fanfare\.[\w.]+)"/g)].map(([, name = ""]) => name)),
];

/** What a query asks of the app's metrics and events that they do not have: a metric, an attribute, or a value of one. */
export const unknownIn = (query: string): readonly string[] => {
  const names = metricsAsked(query);
  const attributes = names.filter(isMetric).flatMap((name): readonly string[] => metrics[name].attributes);
  const asked = [...query.matchAll(/Properties\.(\w+)/g)].map(([, attribute = ""]) => attribute);
  return [
    ...names.filter((name) => !isMetric(name)),
    ...asked.filter((attribute) => !attributes.includes(attribute)).map((attribute) => `attribute ${attribute}`),
    ...comparisons(query)
      .filter(([name, value]) => values[name]?.includes(value) === false)
      .map((pair) => pair.join(" ")),
  ];
};

const isMetric = (name: string): name is MetricName => name in metrics;

const reasons = [
  "user-writes",
  "user-reads",
  "app-writes",
  "backlog",
  "bus-away",
  "away",
] as const satisfies readonly ThrottledBy[];
const kinds = ["origin", "credential", "pruning"] as const satisfies readonly (keyof OpenBreakers)[];
const events = [
  ...(["request", "attempt", "postponed", "purge", "dead-letter", "dead-letters"] as const),
  ...(["credential-refused", "pruning-stopped", "pruning-resumed", "origin-down", "origin-up"] as const),
  "channels-closed",
] satisfies readonly FanfareEvent["event"][];

/** Of columns that queries make, the values that they can have. The compiler sees to it that these are the app's own words. */
const values: Readonly<Record<string, readonly string[] | undefined>> = {
  Within: withinValues,
  Kind: kinds,
  Reason: reasons,
  Name: [...Object.keys(metrics), ...events],
  Operation: ["POST /me/notifications"],
  "e.event": events,
};

/** `Column == "value"` and `Column in ("value", …)`, as pairs. */
const comparisons = (query: string): readonly [string, string][] =>
  [...query.matchAll(/([\w.]+) (?:==|in) (\([^()]*\)|"[^"]*")/g)].flatMap(([, column = "", given = ""]) =>
    [...given.matchAll(/"([^"]*)"/g)].map(([, value = ""]): [string, string] => [column, value]),
  );
