import { expect, test } from "vitest";
import { lifetimeMaxMs } from "../../../shared/notification/notification.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { notificationWith, now as startedAt } from "../samples.ts";
import {
  asked,
  busy,
  delivered,
  everything,
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
  const { deliver, scheduled, events, entryOf } = world({ devices });
  await deliver();
  const at = startedAt + 2_500;
  expect(scheduled).toEqual([{ job: { ...job, hop: 4 }, notBefore: at, expiresAt: notification.expiresAt }]);
  const common = (name: string) => ({ subscriptionId: name, contentVersion: 7, attempts: 1, at: startedAt });
  expect(entryOf("ok")).toEqual({ ...common("ok"), outcome: "delivered" });
  expect(entryOf("slow")).toEqual({ ...common("slow"), outcome: "busy", reason: "503", notBefore: at });
  expect(entryOf("asks")).toEqual({ ...common("asks"), outcome: "busy", reason: "429", notBefore: startedAt + 60_000 });
  expect(entryOf("dead")).toEqual({ ...common("dead"), outcome: "gone" });
  expect(entryOf("bad")).toEqual({ ...common("bad"), outcome: "rejected", reason: "400 BadTopic" });
  expect(entryOf("ours")).toEqual({ ...common("ours"), outcome: "misconfigured", reason: "401", notBefore: at });
  expect(events).toEqual([
    {
      event: "delivery",
      kind: "content",
      notificationId: notification.id,
      subscriptions: 6,
      hop: 3,
      outcomes: { delivered: 1, busy: 2, gone: 1, rejected: 1, misconfigured: 1 },
      reasons: ["503", "429", "400 BadTopic", "401"],
      retryAt: at,
      sinceAcceptedMs: 50,
    },
  ]);
});

test("the next run tries whoever is due, not who was asked to wait, and backs off further", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({
    devices: { slow: [busy], asks: [asked, delivered] },
  });
  await deliver();
  advanceTo(startedAt + 2_500);
  await deliver(scheduled[0]?.job);
  expect(Object.fromEntries(attempts)).toEqual({ slow: 2, asks: 1 });
  expect(entryOf("slow")).toMatchObject({ attempts: 2, notBefore: startedAt + 2_500 + 5_000 });
  expect(scheduled[1]).toMatchObject({ job: { hop: 5 }, notBefore: startedAt + 7_500 });
});

test("a run that came too early sends nothing, and hands its message on to the time", async () => {
  const { deliver, scheduled, happened } = world({ devices: { asks: [asked] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to asks", "scheduled", "recorded", "scheduled"]);
  expect(scheduled[1]).toMatchObject({ job: { hop: 5 }, notBefore: startedAt + 60_000 });
});

test("it is tried again until it is delivered, with no count but its lifetime", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({ devices: { slow: [busy] } });
  let next: unknown = job;
  for (let runs = 0; runs < 100 && next !== undefined; runs += 1) {
    await deliver(next);
    const last = scheduled.splice(0)[0];
    next = last?.job;
    if (last?.notBefore !== undefined) advanceTo(last.notBefore);
  }
  expect(next).toBeUndefined();
  expect(attempts.get("slow")).toBe(11); // half of 5 + 10 + 20 + … seconds, until the hour of its life is over
  expect(entryOf("slow")).toMatchObject({ outcome: "gave-up", reason: "503", attempts: 11 });
  expect(entryOf("slow")).not.toHaveProperty("notBefore");
});

test.each(["find", "of", "read", "schedule", "forget", "record"] as const)(
  "when the step %s fails the message is not done, and its next run completes it",
  async (failing) => {
    const { deliver, scheduled, events, entryOf } = world({
      failing,
      devices: { slow: [busy], dead: [gone], ok: [delivered] },
    });
    await expect(deliver()).rejects.toThrow(`${failing} failed`);
    // What had been done by then was told.
    const isReached = failing === "forget" || failing === "record";
    expect(events).toMatchObject(
      isReached ? [{ event: "delivery", outcomes: { busy: 1, gone: 1, delivered: 1 } }] : [],
    );
    await deliver();
    expect(new Set(scheduled.map(({ job: next }) => next.hop))).toEqual(new Set([4]));
    expect(["slow", "ok"].map((name) => entryOf(name)?.outcome)).toEqual(["busy", "delivered"]);
  },
);

test.each(["find", "of", "read", "forget", "record"] as const)(
  "while our own store is away (%s) the message goes on a hop later and is done: no outage uses up its delivery count",
  async (failing) => {
    const { deliver, scheduled, events, entryOf } = world({
      failing,
      away: "once",
      devices: { dead: [gone], ok: [delivered] },
    });
    await deliver();
    const retryAt = startedAt + 45_000; // three quarters of a minute: the fourth hop waits as long as any
    expect(scheduled).toEqual([
      { job: { ...job, hop: 4 }, notBefore: retryAt, expiresAt: job.acceptedAt + lifetimeMaxMs },
    ]);
    const reason = `${failing} is throttled or unreachable`;
    const isReached = failing === "forget" || failing === "record";
    if (isReached) expect(events.shift()).toMatchObject({ event: "delivery", outcomes: { gone: 1, delivered: 1 } });
    expect(events).toEqual([{ event: "postponed", notificationId: notification.id, hop: 3, reason, retryAt }]);
    await deliver(scheduled[0]?.job);
    expect(entryOf("ok")?.outcome).toBe("delivered");
  },
);

test("while nothing can be recorded a device rings at ever longer intervals, of a minute at most", async () => {
  const { deliver, scheduled, advanceTo } = world({ failing: "record", away: "always", devices: { ok: [delivered] } });
  await deliver({ ...job, hop: 0 });
  const waits: number[] = [];
  let now = startedAt;
  for (let index = 0; index < 6; index += 1) {
    const next = scheduled[index];
    waits.push((next?.notBefore ?? 0) - now);
    now = next?.notBefore ?? 0;
    advanceTo(now);
    await deliver(next?.job);
  }
  expect(waits).toEqual([7_500, 15_000, 30_000, 45_000, 45_000, 45_000]);
});

test("with the bus away nothing can be put off: the message is thrown back", async () => {
  const { deliver, scheduled } = world({ failing: "schedule", away: "always", devices: { slow: [busy] } });
  await expect(deliver()).rejects.toThrow(Unavailable);
  expect(scheduled).toEqual([]);
});

test.each([
  ["expired", "content", notificationWith({ expiresAt: startedAt })],
  ["expired", "state", notificationWith({ expiresAt: startedAt })],
  ["deleted", "content", notificationWith({ status: "deleted" })],
  ["unknown", "content", undefined],
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
  expect(events).toEqual([{ event: "lapsed", kind, notificationId, hop: 3, sinceAcceptedMs: 50 }]);
});

test("a message older than the content sends the newest content, for its own version may have been lost", async () => {
  const { deliver, entryOf } = world({
    notification: notificationWith({ contentVersion: 9 }),
    devices: { phone: [delivered] },
  });
  await deliver();
  expect(entryOf("phone")).toMatchObject({ contentVersion: 9 });
});

test("with nobody to tell, nothing is written and the run is told of all the same", async () => {
  const { deliver, happened, events } = world({ devices: {} });
  await deliver();
  expect(happened).toEqual([]);
  expect(events).toMatchObject([{ subscriptions: 0, outcomes: {}, reasons: [] }]);
});

test("of two subscriptions with one channel one is tried, in every run until it is done, and the other after it not again", async () => {
  const sharing = { again: "laptop" };
  const { deliver, scheduled, happened, advanceTo, entryOf } = world({
    devices: { laptop: [delivered], again: [busy, delivered], phone: [delivered] },
    sharing,
  });
  await deliver();
  advanceTo(startedAt + 2_500);
  await deliver(scheduled[0]?.job);
  await deliver({ ...job, hop: 5 });
  expect(happened.filter((what) => what.startsWith("sent"))).toEqual([
    "sent to again",
    "sent to phone",
    "sent to again",
  ]);
  expect(entryOf("laptop")).toMatchObject({ subscriptionId: "again", outcome: "delivered", attempts: 2 });
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
