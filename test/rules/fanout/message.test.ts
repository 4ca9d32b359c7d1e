import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { messageOf } from "../../../shared/fanout/message.ts";
import { feed, notificationWith, now } from "../samples.ts";

const job: FanoutJob = { v: 1, feed, id: notificationWith().id, version: 3, kind: "content", hop: 0, acceptedAt: now };
const { minute, hour } = milliseconds;

test.each([
  { what: "content outlives its notification by six hours", kind: "content", left: hour, life: 7 * hour },
  {
    what: "content that had less time than anybody is promised, and is never counted, ends with it",
    kind: "content",
    left: 29_999,
    life: 29_999,
  },
  { what: "content that had just so much outlives it", kind: "content", left: 30_000, life: 6 * hour + 30_000 },
  { what: "a tap ends with its notification", kind: "state", left: hour, life: hour },
  { what: "so does an alert", kind: "fallback", left: hour, life: hour },
  { what: "what is about to end can still be taken", kind: "state", left: 5, life: 1_000 },
] as const)("of messages $what", ({ kind, left, life }) => {
  expect(messageOf({ ...job, kind }, now + left, now).timeToLive).toBe(life);
});

test("content that has ended while it was tried has its six hours, too", () => {
  const acceptedAt = now - hour;
  expect(messageOf({ ...job, acceptedAt }, now - minute, now).timeToLive).toBe(6 * hour - minute);
});

test("a life counts from when the message is due", () => {
  const due = now + 10 * minute;
  expect(messageOf({ ...job, due }, now + hour, now)).toMatchObject({
    timeToLive: 6 * hour + 50 * minute,
    scheduledEnqueueTimeUtc: new Date(due),
  });
});
