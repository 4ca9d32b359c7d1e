import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { now as startedAt } from "../samples.ts";
import {
  asked,
  away,
  busy,
  delivered,
  expectToMeet,
  firstRetryAfter,
  held,
  job,
  retriedAt,
  world,
} from "./delivery-world.ts";

test("the next run tries whoever is due, not who was asked to wait, and backs off further", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({
    devices: { slow: [busy], asks: [asked, delivered] },
  });
  await deliver();
  const second = firstRetryAfter(startedAt);
  advanceTo(second);
  await deliver(scheduled[0]?.job);
  expect(Object.fromEntries(attempts)).toEqual({ slow: 2, asks: 1 });
  expect(await entryOf("slow")).toMatchObject({ attempts: 2, notBefore: retriedAt(second + 5_000, second) });
  expect(scheduled[1]).toMatchObject({ job: { hop: 5, due: retriedAt(second + 5_000, second) } });
});

test("a run that came too early sends nothing, and hands its message on to the time", async () => {
  const { deliver, scheduled, happened } = world({ devices: { asks: [asked] } });
  await deliver();
  await deliver({ ...job, hop: 4 });
  expect(happened).toEqual(["sent to asks", "scheduled", "recorded", "scheduled"]);
  expect(scheduled[1]).toMatchObject({ job: { hop: 5, due: firstRetryAfter(startedAt + 60_000, startedAt) } });
});

const ownRetry = firstRetryAfter(startedAt + 60_000, startedAt);
test.each([
  ["for less than that", ownRetry - 1, [ownRetry, ownRetry - 1]],
  ["just as long", ownRetry, [ownRetry]],
  ["for more: that run finds them", ownRetry + 1, [ownRetry]],
])(
  "a run's own retry has its message, and if somebody waits %s, the earlier time has one, too",
  async (_, waitingUntil, expected) => {
    const { deliver, anotherRunTells, scheduled, events } = world({ devices: { asks: [asked], waits: [delivered] } });
    await anotherRunTells("waits", 7, { outcome: "busy", notBefore: waitingUntil });
    await deliver();
    expect(scheduled.map(({ job: { due, hop } }) => [due, hop])).toEqual(expected.map((due) => [due, 4]));
    expect(events).toMatchObject([{ retryAt: Math.min(...expected) }]);
  },
);

test("it is tried again until it is delivered, with no count but its lifetime", async () => {
  const { deliver, scheduled, attempts, advanceTo, entryOf } = world({ devices: { slow: [busy] } });
  let next: unknown = job;
  let dueLast = 0;
  for (let runs = 0; runs < 100 && next !== undefined; runs += 1) {
    await deliver(next);
    const last = scheduled.splice(0)[0];
    next = last?.job;
    if (last?.job.due !== undefined) advanceTo((dueLast = last.job.due));
  }
  expect(next).toBeUndefined();
  // After half of 5, 10, 20, … seconds, then half of what is left of its hour, each up to its next meeting time, down to the last second.
  const made = attempts.get("slow");
  expect(made).toBeGreaterThan(12);
  expect(made).toBeLessThanOrEqual(24);
  expect(dueLast).toBeGreaterThan(startedAt + 3_600_000 - 1_000);
  expect(await entryOf("slow")).toMatchObject({ outcome: "gave-up", reason: "503", attempts: made, at: dueLast });
  expect(await entryOf("slow")).not.toHaveProperty("notBefore");
});

test("what is held has spent no attempt: it comes back after its time, and backs off from where it was", async () => {
  const { deliver, scheduled, advanceTo, entryOf, happened, events } = world({
    devices: { phone: [held, busy, { ...held, until: 0 }, busy] },
  });
  await deliver();
  let due = firstRetryAfter(held.until, startedAt);
  expect(await entryOf("phone")).toMatchObject({ outcome: "held", reason: held.reason, attempts: 0, notBefore: due });
  expect(events).toMatchObject([{ outcomes: { held: 1 }, reasons: [held.reason], retryAt: due }]);
  expect(happened).toEqual(["scheduled", "recorded"]);
  for (const [wait, attempts] of [
    [2_500, 1],
    [2_500, 1], // held once more
    [5_000, 2],
  ] as const) {
    advanceTo(due);
    await deliver(scheduled.at(-1)?.job);
    due = retriedAt(due + wait, due);
    expect(await entryOf("phone")).toMatchObject({ attempts, notBefore: due });
  }
  expect((await entryOf("phone"))?.earlier?.map(({ outcome }) => outcome)).toEqual(["held", "busy", "held"]);
});

test("a bug in one device's delivery is reported, the others have theirs, and that one is tried again", async () => {
  const bug = new Error("a bug");
  const { deliver, scheduled, advanceTo, bugs, entryOf, happened } = world({
    devices: { odd: [bug, delivered], phone: [delivered] },
  });
  await deliver();
  expect(bugs).toEqual([bug]);
  expect(await entryOf("phone")).toMatchObject({ outcome: "delivered" });
  const due = firstRetryAfter(startedAt);
  expect(await entryOf("odd")).toMatchObject({ outcome: "busy", attempts: 1, notBefore: due });
  expect(JSON.stringify(await entryOf("odd"))).not.toContain("a bug"); // whose words may hold anything
  advanceTo(due);
  await deliver(scheduled[0]?.job);
  expect(await entryOf("odd")).toMatchObject({ outcome: "delivered", attempts: 2 });
  expect(happened.filter((what) => what.startsWith("sent"))).toEqual(["sent to odd", "sent to phone", "sent to odd"]);
});

test("an instance whose clock is behind takes a message's own time for reached, and goes on later than that", async () => {
  const due = startedAt + 60_000;
  const { deliver, anotherRunTells, scheduled, entryOf } = world({ devices: { slow: [busy], fine: [delivered] } });
  for (const name of ["slow", "fine"]) await anotherRunTells(name, 7, { outcome: "busy", notBefore: due });
  await deliver({ ...job, due });
  expect(await entryOf("fine")).toMatchObject({ outcome: "delivered", at: due });
  expect(scheduled).toMatchObject([{ job: { due: retriedAt(due + 5_000, due) } }]);
  expect(await entryOf("slow")).toMatchObject({ attempts: 2, at: due, notBefore: retriedAt(due + 5_000, due) });
});

test("put off on such an instance, it goes on later than its own time, too", async () => {
  const due = startedAt + 60_000;
  const { deliver, during, scheduled } = world({ devices: { slow: [busy] } });
  during("read", away);
  await deliver({ ...job, due, hop: 0 });
  expect(scheduled).toHaveLength(1);
  expectToMeet(scheduled[0]?.job.due, 5_000, due);
});

test("a retry comes no sooner than a second later, when what was told is recorded: it would ring everybody once more", async () => {
  const soon: Outcome = { kind: "busy", origin: "throttled", reason: "429", retryAfterSeconds: 0 };
  const { deliver, scheduled } = world({ devices: { laptop: [soon] }, policy: { baseSeconds: 1, capSeconds: 1 } });
  await deliver();
  expect(scheduled[0]?.job.due).toBe(startedAt + 1_000);
});
