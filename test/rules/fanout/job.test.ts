import fc from "fast-check";
import { expect, test } from "vitest";
import { messageIdOf, nextJob, parseFanoutJob, waitsSince } from "../../../shared/fanout/job.ts";
import { feed, notificationId, now, subscriptionId } from "../samples.ts";

const job = { v: 1, feed, id: notificationId("n"), version: 3, kind: "content", hop: 0, acceptedAt: 1 } as const;
const change = { ...job, kind: "state", actor: subscriptionId("phone") } as const;

test("a job is read as it was written, trace context and all", () => {
  expect(parseFanoutJob(job)).toEqual(job);
  const whole = {
    ...change,
    hop: 2,
    due: now,
    again: 3,
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  };
  expect(parseFanoutJob(whole)).toEqual(whole);
});

test("members of a later version are left alone", () => {
  expect(parseFanoutJob({ ...job, colour: "red" })).toEqual(job);
});

test.each([
  [{ v: 2 }],
  [{ feed: "" }],
  [{ feed: "x".repeat(101) }],
  [{ feed: "a/b" }],
  [{ id: "a'b" }],
  [{ id: "\u001b[2J" }],
  [{ id: 7 }],
  [{ version: -1 }],
  [{ version: 1.5 }],
  [{ kind: "other" }],
  [{ hop: -1 }],
  [{ due: 1.5 }],
  [{ again: "3" }],
  [{ acceptedAt: undefined }],
])("a message with %j is no job", (changes) => {
  expect(() => parseFanoutJob({ ...job, ...changes })).toThrow();
});

test.each([["text"], [null], [undefined], [[job]], [7]])("%j is no job", (message) => {
  expect(() => parseFanoutJob(message)).toThrow();
});

test("a first message is named by what was changed, whoever changed it, so that a repeated send is one message", () => {
  expect(messageIdOf(job)).toBe("n:3:content:0");
  expect(messageIdOf({ ...job, acceptedAt: 2, traceparent: "x" })).toBe("n:3:content:0");
  expect(messageIdOf(change)).toBe("n:3:state:0"); // many were marked: each is told by one of them, whoever that is
  const others = [job, change, { ...job, version: 4 }, { ...job, id: notificationId("m") }];
  expect(new Set(others.map(messageIdOf)).size).toBe(others.length);
});

test("what goes on is named by its due time, so no hop has the name of one before it", () => {
  const next = nextJob(job, { version: 3, due: now });
  expect(next).toEqual({ ...job, hop: 1, due: now });
  expect(messageIdOf(next)).toBe(`n:3:content:${now}`);
  const times = fc.uniqueArray(fc.integer({ min: 1, max: now }), { minLength: 1 });
  fc.assert(
    fc.property(times, (all) => {
      let last = change as Parameters<typeof nextJob>[0];
      const chain = [...all].sort((a, b) => a - b).map((due) => (last = nextJob(last, { version: 3, due })));
      expect(new Set([change, ...chain].map(messageIdOf)).size).toBe(chain.length + 1);
      expect(chain.map(({ hop }) => hop)).toEqual(chain.map((_, index) => index + 1));
    }),
  );
});

test("two chains that go on at one time for one version are of one mind, and one message: hops and beginnings do not matter", () => {
  const [ofFirst, ofReplaced] = [
    { ...job, hop: 4, due: now - 2, again: 2 },
    { ...job, version: 5, acceptedAt: 2 },
  ];
  const next = { version: 5, due: now };
  expect(messageIdOf(nextJob(ofFirst, next))).toBe(messageIdOf(nextJob(ofReplaced, next)));
});

test("what would not tell the same devices is another message: another actor, kind or version, or others that are told once more", () => {
  const next = { version: 5, due: now };
  const all = [
    nextJob(job, next),
    nextJob(job, { ...next, again: 3 }),
    nextJob(job, { ...next, again: 4 }),
    nextJob(job, { ...next, version: 6 }),
    nextJob(change, next),
    nextJob(change, { ...next, again: 3 }),
    nextJob({ ...change, actor: subscriptionId("tablet") }, next),
    nextJob({ ...job, kind: "state" }, next),
  ];
  expect(new Set(all.map(messageIdOf)).size).toBe(all.length);
});

test("a message waits from when it was accepted, is due, or was sent once more; what goes on from it does so from its own time", () => {
  const retry = nextJob(job, { version: 5, due: now });
  const replayed = { ...retry, replayedAt: now + 86_400_000 };
  expect([job, retry, replayed].map(waitsSince)).toEqual([job.acceptedAt, now, now + 86_400_000]);
  expect(waitsSince(nextJob(replayed, { version: 5, due: now + 86_400_500 }))).toBe(now + 86_400_500);
  expect(messageIdOf(replayed)).toBe(messageIdOf(retry));
  expect(parseFanoutJob(replayed)).toEqual(replayed);
});

test("who is told once more is said for one message: the one that goes on from it says it anew or not at all", () => {
  const again = nextJob(change, { version: 5, due: now, again: 3 });
  expect(again).toEqual({ ...change, version: 5, hop: 1, due: now, again: 3 });
  expect(nextJob(again, { version: 6, due: now + 1 })).toEqual({ ...change, version: 6, hop: 2, due: now + 1 });
});

test("content goes on as content, an alert as an alert, and a tap as a change that no device made itself; each by its own kind goes on as it is", () => {
  const fallback = { ...job, kind: "fallback" } as const;
  const next = { version: 5, due: now };
  const on = { version: 5, due: now, hop: 1 };
  const { actor: _, ...byNobody } = change;
  expect(nextJob(job, { ...next, told: "content" })).toEqual({ ...job, ...on });
  expect(nextJob(fallback, { ...next, told: "content" })).toEqual({ ...job, ...on });
  expect(nextJob(fallback, { ...next, told: "fallback" })).toEqual({ ...fallback, ...on });
  expect(nextJob(fallback, { ...next, told: "tap" })).toEqual({ ...byNobody, ...on });
  expect(nextJob(change, { ...next, told: "tap" })).toEqual({ ...change, ...on });
  expect(nextJob(job, { ...next, told: "tap" })).toEqual({ ...byNobody, ...on });
  expect(nextJob(change, { ...next, told: "content" })).toEqual({ ...job, ...on });
});
