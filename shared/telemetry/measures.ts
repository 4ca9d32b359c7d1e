import type { ChannelName, FanfareEvent, Missed } from "./events.ts";
import { withinOf, type MetricName, type Point, type PointOf } from "./metrics.ts";

/**
 * What an event adds to the metrics of `metrics.ts`. Attributes have few values, all of our own choosing: routes and not paths, numbers and
 * words of ours, never what a caller or a vendor wrote.
 */
export const pointsOf = (event: FanfareEvent): readonly Point[] => {
  switch (event.event) {
    case "request": {
      const { operation, status, accepted, throttled, durationMs, heldMs = 0 } = event;
      return [
        point("fanfare.requests", 1, { operation, status }),
        point("fanfare.request.duration", Math.max(0, durationMs - heldMs), { operation }),
        ...(accepted ? [point("fanfare.accepted", 1, { kind: accepted })] : []),
        ...(throttled ? [point("fanfare.throttled", 1, { operation, reason: throttled })] : []),
      ];
    }
    case "attempt": {
      const { channel, outcome, durationMs, isCanary, deliveredAfterMs } = event;
      if (isCanary) return [];
      const points: Point[] = [
        point("fanfare.attempts", 1, { channel, outcome }),
        point("fanfare.attempt.duration", durationMs, { channel }),
      ];
      if (outcome === "gone") points.push(point("fanfare.pruned", 1, { channel }));
      if (deliveredAfterMs !== undefined) points.push(...deliveredPoints(channel, deliveredAfterMs));
      return points;
    }
    case "delivery": {
      const { kind, hop, reached, queuedMs, closed = 0 } = event;
      // A run has several rounds, of which the first tells the message's age: a notification is for nobody once, and closed to somebody.
      const isFirst = kind === "content" && hop === 0 && queuedMs !== undefined;
      return [
        ...agePoints(event),
        ...(isFirst && reached === 0 && closed === 0 ? [point("fanfare.for_nobody", 1, {})] : []),
        ...(isFirst && closed > 0
          ? [point("fanfare.missed", closed, { channel: "unknown", reason: "channel-closed" })]
          : []),
        ...missedPoints(event, "gave-up"),
      ];
    }
    case "postponed":
      return [...agePoints(event), point("fanfare.postponed", 1, { reason: dependencyOf(event.reason) })];
    case "lapsed":
      return [...agePoints(event), ...missedPoints(event, "expired-waiting")];
    case "purge":
      return [point("fanfare.purge.lag", event.lagSeconds, {}), point("fanfare.purged", event.rows, {})];
    case "dead-letters":
      if ("unavailable" in event) return [];
      return [point("fanfare.dead_letters", event.total, {}), point("fanfare.dead_letters.new", event.fresh, {})];
    default:
      return []; // what a governor has learnt changes how things stand: `breakers.ts`
  }
};

const point = <Name extends MetricName>(
  metric: Name,
  value: number,
  attributes: PointOf<Name>["attributes"],
): PointOf<Name> => ({ metric, value, attributes });

const deliveredPoints = (channel: ChannelName, ms: number): readonly Point[] => [
  point("fanfare.delivered", 1, { channel, within: withinOf(ms) }),
  point("fanfare.delivery.latency", ms, { channel }),
];

const missedPoints = ({ missed = {} }: { readonly missed?: Missed }, reason: "gave-up" | "expired-waiting") =>
  Object.entries(missed).map(([channel, count]) => point("fanfare.missed", count, { channel, reason }));

const agePoints = ({ queuedMs }: { readonly queuedMs?: number }): readonly Point[] =>
  queuedMs === undefined ? [] : [point("fanfare.queue.age", queuedMs / 1_000, {})];

/** What an `Unavailable` names at the beginning of its sentence, as an attribute's value. */
const dependencies = {
  "Table storage": "tables",
  "Service Bus": "service-bus",
  "The token issuer": "token-issuer",
  "The user's feed": "feed",
  "The ledger": "ledger",
  "The shared token": "shared-token",
  "What is read": "slow-reads",
} as const;

/** One word for what is away; `other` for what is not named here, so that no text becomes a value by itself. */
export const dependencyOf = (reason: string): string =>
  Object.entries(dependencies).find(([name]) => reason.startsWith(`${name} is `))?.[1] ?? "other";
