import { expect, test } from "vitest";
import { readable } from "../../../shared/telemetry/readable.ts";

const ran = { event: "delivery", kind: "content", notificationId: "n-1", hop: 1, sinceAcceptedMs: 5 } as const;

test("a request that waited for a change is no line: a page that is open would fill the terminal with them", () => {
  const request = { event: "request", operation: "GET /x", status: 200, requestId: "r", durationMs: 20_003 } as const;
  expect(readable(request)).toBe("GET /x 200, 20003 ms");
  expect(readable({ ...request, heldMs: 20_000 })).toBeUndefined();
});

test.each([
  { subscriptions: 0, reached: 0, told: "nobody is subscribed" },
  { subscriptions: 2, reached: 0, told: "it is for none of 2 subscriptions" },
  { subscriptions: 2, reached: 2, told: "nobody is left to be told" },
  { subscriptions: 2, reached: 2, retryAt: 60_000, told: "it is nobody's turn yet" },
])("a run that told nobody says why: $told", ({ told, ...numbers }) => {
  const again = numbers.retryAt === undefined ? "" : "; again at 00:01:00Z";
  expect(readable({ ...ran, ...numbers, outcomes: {}, reasons: [] })).toBe(
    `delivery n-1: ${told}, 5 ms after it was accepted${again}`,
  );
});
