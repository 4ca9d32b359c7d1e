import { expect, test } from "vitest";
import { milliseconds } from "../../../shared/clock.ts";
import type { FeedKey } from "../../../shared/feed-key.ts";
import { messageIdOf, type FanoutJob } from "../../../shared/fanout/job.ts";
import { replayBodyOf, replayIdOf, replayLifeMs } from "../../../shared/fanout/replay.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";

const job: FanoutJob = {
  v: 1,
  feed: "feed" as FeedKey,
  id: "01a20183-b802-7209-94e2-1270fa4954d4" as NotificationId,
  version: 3,
  kind: "content",
  hop: 0,
  acceptedAt: 0,
};
const sent = { sequence: "17", messageId: messageIdOf(job), job };

test("a copy is named by its job and the number of its dead letter: one name, however often it is made", () => {
  expect(replayIdOf(sent)).toBe(`${job.id}:3:content:0:r17`);
  expect(replayIdOf(sent)).toBe(replayIdOf({ ...sent }));
});

test("no two dead letters have copies of one name, though they are of one job", () => {
  expect(replayIdOf({ ...sent, sequence: "18" })).not.toBe(replayIdOf(sent));
});

test("the copy of a copy is named by its own number, and names grow no longer", () => {
  const again = { sequence: "42", messageId: replayIdOf(sent) };
  expect(replayIdOf({ ...again, job })).toBe(`${job.id}:3:content:0:r42`);
  expect(replayIdOf({ ...again, job: undefined })).toBe(`${job.id}:3:content:0:r42`);
});

test("a copy's name is never one that the job's own messages can have", () => {
  const later = { ...job, hop: 1, due: 1_795_343_403_000, again: 2 };
  const replayed = replayIdOf({ ...sent, job: later });
  expect([messageIdOf(job), messageIdOf(later)]).not.toContain(replayed);
  expect(replayed).toBe(`${messageIdOf(later)}:r17`);
});

test.each([
  { messageId: "", name: ":r9223372036854775807" },
  { messageId: "x".repeat(107), name: `${"x".repeat(107)}:r9223372036854775807` },
])("a stranger's id of $messageId.length characters is kept", ({ messageId, name }) => {
  expect(replayIdOf({ sequence: "9223372036854775807", messageId, job: undefined })).toBe(name);
});

test("an id that would be too long for the broker is hashed, and two of them stay apart", () => {
  const named = (messageId: string) => replayIdOf({ sequence: "9223372036854775807", messageId, job: undefined });
  const [one, other] = [named("x".repeat(127) + "1"), named("x".repeat(127) + "2")];
  expect(one).toMatch(/^[\w-]{43}:r9223372036854775807$/);
  expect(one).not.toBe(other);
  expect(named("x".repeat(108))).toMatch(/^[\w-]{43}:r/);
});

const now = Date.parse("2026-01-31T12:00:00Z");
test.each([
  { what: "has an hour left", expiresAt: now + milliseconds.hour, life: milliseconds.hour },
  { what: "has a second left", expiresAt: now + 1_000, life: milliseconds.minute },
  { what: "ended long ago", expiresAt: now - milliseconds.day, life: milliseconds.minute },
  { what: "had no end", expiresAt: undefined, life: undefined },
])("the copy of a dead letter that $what lives $life ms", ({ expiresAt, life }) => {
  expect(replayLifeMs(expiresAt, now)).toBe(life);
});

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
test.each([
  { what: "of a version it names", body: job, again: 3 },
  { what: "of the version its own predecessor named", body: { ...job, again: 2 }, again: 2 },
  { what: "with what a newer build wrote into it", body: { ...job, later: ["x"] }, again: 3 },
  { what: "of one that was replayed before", body: { ...job, replayedAt: now - 1 }, again: 3 },
])("a copy says that it comes again, and when, $what", ({ body, again }) => {
  expect(replayBodyOf(body, now)).toEqual({ ...body, again, replayedAt: now });
  expect(JSON.parse(String(replayBodyOf(bytes(body), now)))).toEqual({ ...body, again, replayedAt: now });
});

test.each(["no job", { v: 1 }, bytes("no job"), Buffer.from("{"), undefined])(
  "a stranger's body is copied as it is: %s",
  (body) => {
    expect(replayBodyOf(body, now)).toBe(body);
  },
);
