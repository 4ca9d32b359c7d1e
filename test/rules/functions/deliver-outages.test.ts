import { expect, test } from "vitest";
import { lifetimeMaxMs } from "../../../shared/notification/notification.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { now as startedAt } from "../samples.ts";
import {
  away,
  broken,
  busy,
  delivered,
  expectToMeet,
  gone,
  job,
  notification,
  world,
  type Step,
} from "./delivery-world.ts";

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
    const due = scheduled[0]?.job.due ?? 0;
    expectToMeet(due, 30_000); // the fourth hop waits as long as any
    const next = { ...job, hop: 4, due, ...(isTold && { again: 7 }) };
    expect(scheduled).toEqual([{ job: next, expiresAt: job.acceptedAt + lifetimeMaxMs }]);
    const reason = "The store is throttled or unreachable";
    if (isTold) expect(events.shift()).toMatchObject({ event: "delivery", outcomes: { gone: 1, delivered: 1 } });
    const put = { event: "postponed", notificationId: notification.id, hop: 3, reason, retryAt: due };
    expect(events).toEqual([isTold ? put : { ...put, queuedMs: 50 }]);
    await deliver(next);
    expect((await entryOf("ok"))?.outcome).toBe("delivered");
  },
);

test.each([
  ["comes for the first time", { ...job, hop: 0 }, 1, undefined, 5_000],
  ["comes again", { ...job, hop: 0 }, 2, 7, 30_000],
  ["is a look", { ...job, hop: 0, again: 5 }, 1, 5, 5_000],
])(
  "put off before anybody was tried, a message that %s looks behind whatever an earlier run began, once that has landed",
  async (_, message, deliveryCount, again, least) => {
    const { deliver, during, scheduled } = world({ devices: { ok: [delivered] } });
    during("read", away);
    await deliver(message, deliveryCount);
    expect(scheduled.map(({ job: next }) => next.again)).toEqual([again]);
    expectToMeet(scheduled[0]?.job.due, least);
  },
);

test("while nothing can be recorded a device rings at ever longer intervals, of a minute at most", async () => {
  const { deliver, during, scheduled, advanceTo, happened } = world({ devices: { ok: [delivered] } });
  let [next, now] = [{ ...job, hop: 0 }, startedAt];
  for (const least of [5_000, 10_000, 20_000, 30_000, 30_000, 30_000]) {
    during("record", away);
    await deliver(next);
    next = scheduled.at(-1)?.job ?? next;
    expectToMeet(next.due, least, now);
    now = next.due ?? 0;
    advanceTo(now);
  }
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
