import { expect, test } from "vitest";
import { notificationWith, now as startedAt } from "../samples.ts";
import {
  asked,
  busy,
  delivered,
  everything,
  firstRetryAfter,
  gone,
  job,
  misconfigured,
  notification,
  platforms,
  rejected,
  world,
} from "./delivery-world.ts";

test("every device of the user gets it, and a second run of the message sends nothing more", async () => {
  const { deliver, happened } = world({ devices: { phone: [delivered], laptop: [delivered] } });
  await deliver();
  expect(happened).toEqual(["sent to phone", "sent to laptop", "recorded"]);
  await deliver();
  expect(happened).toHaveLength(3);
});

test("the retry is scheduled and the dead channel forgotten before anything is recorded", async () => {
  const { deliver, happened } = world({ devices: { slow: [busy], dead: [gone] } });
  await deliver();
  expect(happened).toEqual(["sent to slow", "sent to dead", "scheduled", "forgot dead", "recorded"]);
});

test("of several devices each has its own outcome; one message goes on, at the earliest time, one hop further", async () => {
  const devices = {
    ok: [delivered],
    slow: [busy],
    asks: [asked],
    dead: [gone],
    bad: [rejected],
    ours: [misconfigured],
  };
  const { deliver, scheduled, events, attemptEvents, entryOf } = world({ devices });
  await deliver();
  expect(attemptEvents.map((event) => event.event === "attempt" && event.outcome)).toEqual(
    Object.values(devices).map(([outcome]) => outcome?.kind), // one each
  );
  const due = firstRetryAfter(startedAt);
  expect(scheduled).toEqual([{ job: { ...job, hop: 4, due }, expiresAt: notification.expiresAt }]);
  const common = (name: string) => ({ subscriptionId: name, told: 7, version: 7, attempts: 1, at: startedAt });
  expect(await entryOf("ok")).toEqual({ ...common("ok"), outcome: "delivered" });
  expect(await entryOf("slow")).toEqual({ ...common("slow"), outcome: "busy", reason: "503", notBefore: due });
  const askedAt = firstRetryAfter(startedAt + 60_000, startedAt);
  expect(await entryOf("asks")).toEqual({ ...common("asks"), outcome: "busy", reason: "429", notBefore: askedAt });
  expect(await entryOf("dead")).toEqual({ ...common("dead"), outcome: "gone" });
  expect(await entryOf("bad")).toEqual({ ...common("bad"), outcome: "rejected", reason: "400 BadTopic" });
  expect(await entryOf("ours")).toEqual({ ...common("ours"), outcome: "misconfigured", reason: "401", notBefore: due });
  expect(events).toEqual([
    {
      event: "delivery",
      kind: "content",
      notificationId: notification.id,
      subscriptions: 6,
      reached: 6,
      hop: 3,
      outcomes: { delivered: 1, busy: 2, gone: 1, rejected: 1, misconfigured: 1 },
      reasons: ["503", "429", "400 BadTopic", "401"],
      retryAt: due,
      queuedMs: 50,
      sinceAcceptedMs: 50,
    },
  ]);
});

test.each([
  ["expired", "state", notificationWith({ id: job.id, expiresAt: startedAt })],
  ["deleted", "content", notificationWith({ id: job.id, status: "deleted" })],
  ["unknown", "state", undefined],
] as const)("of an %s notification a %s message is done without a try, and is told of", async (_, kind, missing) => {
  const { deliver, happened, events } = world({
    notification: missing,
    devices: { phone: [delivered] },
    platforms: { phone: "iOS" },
  });
  await deliver({ ...job, kind });
  expect(happened).toEqual([]);
  const { id: notificationId } = job;
  expect(events).toEqual([{ event: "lapsed", kind, notificationId, hop: 3, queuedMs: 50, sinceAcceptedMs: 50 }]);
});

test("a message older than the content sends the newest content, for its own version may have been lost", async () => {
  const { deliver, entryOf, happened } = world({
    notification: notificationWith({ id: job.id, version: 9, contentVersion: 9 }),
    devices: { phone: [delivered] },
  });
  await deliver();
  expect(happened).toEqual(["sent to phone", "recorded"]);
  expect(await entryOf("phone")).toMatchObject({ told: 9, version: 9 });
});

test("with nobody to tell, nothing is written and the run is told of all the same", async () => {
  const { deliver, happened, events } = world({ devices: {} });
  await deliver();
  expect(happened).toEqual([]);
  expect(events).toMatchObject([{ subscriptions: 0, outcomes: {}, reasons: [] }]);
});

test.each([
  ["content", "policy names the phone's platform alone", { platformTypes: ["iOS"] }, { browser: 0, phone: 1 }],
  [
    "content",
    "content is nothing to a browser",
    { payload: { visualContent: { title: "Hi" } } },
    { browser: 0, phone: 1 },
  ],
  ["content", "user has read it meanwhile", { readState: "read" }, { browser: 1, phone: 1 }],
  ["state", "policy names the phone's platform alone", { platformTypes: ["iOS"] }, { browser: 0, phone: 1 }],
  ["state", "policy names browsers alone", { platformTypes: ["WebPush"] }, { browser: 0, phone: 0 }],
] as const)(
  "whom a %s message is for is told, so that none is known from nobody left: the %s",
  async (kind, _, changes, counts) => {
    for (const [name, reached] of Object.entries(counts)) {
      const { deliver, events } = world({
        notification: notificationWith({ id: job.id, ...changes }),
        devices: { [name]: [delivered] },
        platforms: { phone: "iOS" },
      });
      await deliver({ ...job, kind });
      await deliver({ ...job, kind });
      expect(events).toMatchObject([{ reached }, { reached, outcomes: {} }]);
    }
  },
);

test("of two subscriptions with one channel one is tried, in every run until it is done, and the other after it not again", async () => {
  const { deliver, scheduled, happened, advanceTo, entryOf } = world({
    devices: { laptop: [delivered], again: [busy, delivered], phone: [delivered] },
    sharing: { again: "laptop" },
  });
  await deliver();
  advanceTo(firstRetryAfter(startedAt));
  await deliver(scheduled[0]?.job);
  await deliver({ ...job, hop: 5 });
  expect(happened.filter((what) => what.startsWith("sent"))).toEqual([
    "sent to again",
    "sent to phone",
    "sent to again",
  ]);
  expect(await entryOf("laptop")).toMatchObject({ subscriptionId: "again", outcome: "delivered", attempts: 2 });
});

test("a dead channel is forgotten for whoever has it, in the run that found it dead, and nobody rings it again", async () => {
  const { deliver, happened } = world({
    devices: { laptop: [gone], again: [gone], third: [delivered] },
    sharing: { again: "laptop" },
  });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to again", "sent to third", "forgot laptop", "forgot again", "recorded"]);
});

test("a channel that was forgotten is not tried again", async () => {
  const { deliver, happened } = world({ devices: { dead: [gone] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to dead", "forgot dead", "recorded"]);
});

test.each([[{ ...job, v: 2 }], ["text"], [{}], [undefined]])(
  "a message that is no job is thrown back: %j",
  async (message) => {
    const { deliver, happened } = world({ devices: { phone: [delivered] } });
    await expect(message === undefined ? deliver(null) : deliver(message)).rejects.toThrow();
    expect(happened).toEqual([]);
  },
);

test("content goes to each device by its own channel", async () => {
  const { deliver, happened } = world({ devices: everything, platforms });
  await deliver();
  expect(happened).toEqual(["sent to browser", "sent to phone", "sent to tablet", "sent to desktop", "recorded"]);
});
