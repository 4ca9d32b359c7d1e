import type { FanfareEvent } from "../../../shared/telemetry/events.ts";

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
export const cases: readonly [FanfareEvent, readonly (readonly [string, number, object])[]][] = [
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
    { ...delivery, hop: 0, reached: 0, queuedMs: 0, closed: 2 },
    [
      ["fanfare.queue.age", 0, {}],
      ["fanfare.missed", 2, { channel: "unknown", reason: "channel-closed" }],
    ],
  ],
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
