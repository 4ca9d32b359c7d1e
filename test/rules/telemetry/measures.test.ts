import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import { dependencyOf, pointsOf } from "../../../shared/telemetry/measures.ts";
import { metrics, withinOf, withinValues } from "../../../shared/telemetry/metrics.ts";

const request = {
  event: "request",
  operation: "POST /me/notifications",
  status: 201,
  requestId: "r-1",
  durationMs: 40,
} as const;
const attempt = {
  event: "attempt",
  notificationId: "n-1",
  hop: 0,
  kind: "content",
  channel: "webpush",
  outcome: "delivered",
  durationMs: 30,
} as const;
const run = { notificationId: "n-1", hop: 0 } as const;
const delivery = {
  event: "delivery",
  ...run,
  kind: "content",
  subscriptions: 1,
  reached: 1,
  outcomes: {},
  reasons: [],
  sinceAcceptedMs: 60,
} as const;
const deadLetters = { event: "dead-letters", isMore: false, untold: 0, oldestSeconds: 9, durationMs: 5 } as const;

/** An event, and what it adds: metric, value and attributes. */
const cases: readonly [FanfareEvent, readonly (readonly [string, number, object])[]][] = [
  [
    { ...request, accepted: "replaced" },
    [
      ["fanfare.requests", 1, { operation: request.operation, status: 201 }],
      ["fanfare.request.duration", 40, { operation: request.operation }],
      ["fanfare.accepted", 1, { kind: "replaced" }],
    ],
  ],
  [
    { ...request, status: 406, throttled: "backlog", durationMs: 20_040, heldMs: 20_000 },
    [
      ["fanfare.requests", 1, { operation: request.operation, status: 406 }],
      ["fanfare.request.duration", 40, { operation: request.operation }],
      ["fanfare.throttled", 1, { operation: request.operation, reason: "backlog" }],
    ],
  ],
  [
    { ...attempt, deliveredAfterMs: 4_000 },
    [
      ["fanfare.attempts", 1, { channel: "webpush", outcome: "delivered" }],
      ["fanfare.attempt.duration", 30, { channel: "webpush" }],
      ["fanfare.delivered", 1, { channel: "webpush", within: "5s" }],
      ["fanfare.delivery.latency", 4_000, { channel: "webpush" }],
    ],
  ],
  [
    { ...attempt, channel: "apns", outcome: "gone" },
    [
      ["fanfare.attempts", 1, { channel: "apns", outcome: "gone" }],
      ["fanfare.attempt.duration", 30, { channel: "apns" }],
      ["fanfare.pruned", 1, { channel: "apns" }],
    ],
  ],
  [{ ...attempt, isCanary: true, deliveredAfterMs: 4_000 }, []],
  [{ ...delivery, queuedMs: 1_500 }, [["fanfare.queue.age", 1.5, {}]]],
  [
    { ...delivery, reached: 0, queuedMs: 0 },
    [
      ["fanfare.queue.age", 0, {}],
      ["fanfare.for_nobody", 1, {}],
    ],
  ],
  [{ ...delivery, reached: 0 }, []], // a second round of the same run
  [
    { ...delivery, hop: 4, reached: 0, queuedMs: 0, missed: { fcm: 2, wns: 1 } },
    [
      ["fanfare.queue.age", 0, {}],
      ["fanfare.missed", 2, { channel: "fcm", reason: "gave-up" }],
      ["fanfare.missed", 1, { channel: "wns", reason: "gave-up" }],
    ],
  ],
  [
    { event: "postponed", ...run, reason: "Service Bus is throttled or unreachable", retryAt: 1 },
    [["fanfare.postponed", 1, { reason: "service-bus" }]],
  ],
  [{ event: "lapsed", ...run, kind: "state", queuedMs: 10, sinceAcceptedMs: 10 }, [["fanfare.queue.age", 0.01, {}]]],
  [
    { event: "lapsed", ...run, kind: "content", missed: { apns: 3, unknown: 1 }, sinceAcceptedMs: 10 },
    [
      ["fanfare.missed", 3, { channel: "apns", reason: "expired-waiting" }],
      ["fanfare.missed", 1, { channel: "unknown", reason: "expired-waiting" }],
    ],
  ],
  [
    { event: "purge", feeds: 1, rows: 7, failed: 0, lagSeconds: 3, isMoreLeft: false, durationMs: 5 },
    [
      ["fanfare.purge.lag", 3, {}],
      ["fanfare.purged", 7, {}],
    ],
  ],
  [
    { ...deadLetters, total: 5, fresh: 2 },
    [
      ["fanfare.dead_letters", 5, {}],
      ["fanfare.dead_letters.new", 2, {}],
    ],
  ],
  [{ event: "dead-letters", unavailable: "Service Bus", durationMs: 5 }, []],
  [{ event: "origin-down", origin: "push.example", reason: "503" }, []],
];

test.each(cases)("%j adds what is documented of it", (event, expected) => {
  expect(pointsOf(event).map(({ metric, value, attributes }) => [metric, value, attributes])).toEqual(expected);
});

test("every metric but those that are read at export has an event; each record has exactly the attributes that are documented", () => {
  const points = cases.flatMap(([event]) => pointsOf(event));
  for (const { metric, attributes } of points) {
    expect(Object.keys(attributes).toSorted()).toEqual([...metrics[metric].attributes].toSorted());
  }
  const read = ["fanfare.breaker.open", "fanfare.process.rss", "fanfare.event_loop.lag"];
  expect(new Set([...points.map(({ metric }) => metric), ...read])).toEqual(new Set(Object.keys(metrics)));
});

test("a latency is counted at the smallest limit that it keeps", () => {
  expect([1_000, 1_001, 30_000, 3_600_001].map(withinOf)).toEqual(["1s", "5s", "30s", "more"]);
  fc.assert(fc.property(fc.nat(10_000_000), (ms) => withinValues.includes(withinOf(ms))));
});

test("whatever the sources say is away has a word of its own, and no other text gets through", async () => {
  const away = (await Promise.all(["shared", "functions"].map(namedAway))).flat();
  expect(away.length).toBeGreaterThan(8);
  expect(away.filter((what) => dependencyOf(`${what} is throttled or unreachable`) === "other")).toEqual([]);
  expect(dependencyOf("https://somebody.example/secret is throttled or unreachable")).toBe("other");
});

/** The names that sources of a folder throw `Unavailable` with. */
const namedAway = async (folder: string): Promise<string[]> => {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".ts"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  const thrown = /(?:new Unavailable|decidedAnew)\(\s*"([^"]+)"/g;
  return texts.flatMap((text) => [...text.matchAll(thrown)].flatMap(([, what]) => what ?? []));
};
