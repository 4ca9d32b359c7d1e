import { expect, test } from "vitest";
import { lifetimeMaxMs } from "../../../shared/notification/notification.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { now as startedAt } from "../samples.ts";
import { away, broken, busy, delivered, gone, job, notification, world, type Step } from "./delivery-world.ts";

/** The steps of a run in their order, and whether devices have been tried by then. */
const steps: readonly (readonly [Step, boolean])[] = [
  ["find", false],
  ["of", false],
  ["read", false],
  ["forget", true],
  ["record", true],
];

test.each([...steps, ["schedule", false] as const])(
  "when the step %s fails the message is not done, and its next run completes it",
  async (failing, isTold) => {
    const { deliver, during, scheduled, events, entryOf } = world({
      devices: { slow: [busy], dead: [gone], ok: [delivered] },
    });
    during(failing, broken);
    await expect(deliver()).rejects.toThrow("a bug");
    // What had been done by then was told.
    expect(events).toMatchObject(isTold ? [{ event: "delivery", outcomes: { busy: 1, gone: 1, delivered: 1 } }] : []);
    await deliver(job, 2);
    expect(new Set(scheduled.map(({ job: next }) => next.hop))).toEqual(new Set([4]));
    expect((await entryOf("slow"))?.outcome).toBe("busy");
    expect((await entryOf("ok"))?.outcome).toBe("delivered");
  },
);

test.each(steps)(
  "while our own store is away (%s) the message goes on a hop later and is done: no outage uses up its delivery count",
  async (failing, isTold) => {
    const { deliver, during, scheduled, events, entryOf } = world({ devices: { dead: [gone], ok: [delivered] } });
    during(failing, away);
    await deliver();
    const due = startedAt + 45_000; // three quarters of a minute: the fourth hop waits as long as any
    const next = { ...job, hop: 4, due, ...(isTold && { again: 7 }) };
    expect(scheduled).toEqual([{ job: next, expiresAt: job.acceptedAt + lifetimeMaxMs }]);
    const reason = "The store is throttled or unreachable";
    if (isTold) expect(events.shift()).toMatchObject({ event: "delivery", outcomes: { gone: 1, delivered: 1 } });
    expect(events).toEqual([{ event: "postponed", notificationId: notification.id, hop: 3, reason, retryAt: due }]);
    await deliver(next);
    expect((await entryOf("ok"))?.outcome).toBe("delivered");
  },
);

test.each([
  ["comes for the first time", job, 1, undefined, 45_000],
  ["comes again", job, 2, 7, 45_000],
  ["comes again, early in its chain", { ...job, hop: 0 }, 2, 7, 30_000],
  ["is a look", { ...job, again: 5, hop: 0 }, 1, 5, 7_500],
])(
  "put off before anybody was tried, a message that %s looks behind whatever an earlier run began, once that has landed",
  async (_, message, deliveryCount, again, wait) => {
    const { deliver, during, scheduled } = world({ devices: { ok: [delivered] } });
    during("read", away);
    await deliver(message, deliveryCount);
    expect(scheduled.map(({ job: next }) => [next.again, next.due])).toEqual([[again, startedAt + wait]]);
  },
);

test("while nothing can be recorded a device rings at ever longer intervals, of a minute at most", async () => {
  const { deliver, during, scheduled, advanceTo, happened } = world({ devices: { ok: [delivered] } });
  const waits: number[] = [];
  let [next, now] = [{ ...job, hop: 0 }, startedAt];
  for (let hop = 0; hop < 6; hop += 1) {
    during("record", away);
    await deliver(next);
    next = scheduled[hop]?.job ?? next;
    waits.push((next.due ?? 0) - now);
    now = next.due ?? 0;
    advanceTo(now);
  }
  expect(waits).toEqual([7_500, 15_000, 30_000, 45_000, 45_000, 45_000]);
  expect(happened.filter((what) => what === "sent to ok")).toHaveLength(6);
});

test("with the bus away nothing can be put off: the message is thrown back", async () => {
  const { deliver, during, scheduled } = world({ devices: { slow: [busy] } });
  during("schedule", () => {
    during("schedule", away);
    away();
  });
  await expect(deliver()).rejects.toThrow(Unavailable);
  expect(scheduled).toEqual([]);
});

test.each([
  [20_000, ["sent to ok", "recorded"]],
  [20_001, ["scheduled"]],
])(
  "when reading took %i ms these things happen: %j, for a push that begins later may land after another run's",
  async (took, expected) => {
    const { deliver, during, advanceTo, happened, events, scheduled } = world({ devices: { ok: [delivered] } });
    during("read", () => advanceTo(startedAt + took));
    await deliver();
    expect(happened).toEqual(expected);
    expect(events).toMatchObject([{ event: scheduled.length > 0 ? "postponed" : "delivery" }]);
    expect(scheduled.map(({ job: next }) => next.again)).toEqual(scheduled.map(() => undefined)); // nobody heard of it
  },
);
