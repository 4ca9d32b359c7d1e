import { expect, test } from "vitest";
import { firstJobs } from "../../../shared/fanout/first-jobs.ts";
import { messageIdOf } from "../../../shared/fanout/job.ts";
import { feed, notificationWith, now } from "../samples.ts";

const fallback = { delaySeconds: 60, visualContent: { title: "You have mail" } };
const posted = { feed, notification: notificationWith(), fallback: null, acceptedAt: now };
const { id, version } = posted.notification;
const content = { v: 1, feed, id, version, kind: "content", hop: 0, acceptedAt: now };

test("a POST sends one message, and with a fallback a second one, which is due when its delay is over", () => {
  expect(firstJobs(posted)).toEqual([content]);
  expect(firstJobs({ ...posted, fallback })).toEqual([content, { ...content, kind: "fallback", due: now + 60_000 }]);
});

test("a notification that ends by the time its alert would be due has one message only", () => {
  const endingAt = (expiresAt: number) =>
    firstJobs({ ...posted, fallback, notification: notificationWith({ expiresAt }) });
  expect(endingAt(now + 60_000)).toHaveLength(1);
  expect(endingAt(now + 60_001)).toHaveLength(2);
});

test("the same POST has the same messages, and one that replaces it others", () => {
  const idsOf = (changes: Partial<typeof posted>) => firstJobs({ ...posted, fallback, ...changes }).map(messageIdOf);
  expect(idsOf({})).toEqual(idsOf({}));
  const replacing = { notification: notificationWith({ id, version: version + 1 }), acceptedAt: now + 1 };
  expect(new Set([...idsOf({}), ...idsOf(replacing)]).size).toBe(4);
});
