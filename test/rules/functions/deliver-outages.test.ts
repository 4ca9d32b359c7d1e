import { expect, test } from "vitest";
import { lifetimeMaxMs } from "../../../shared/notification/notification.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { now as startedAt } from "../samples.ts";
import { busy, delivered, gone, job, notification, world, type Step } from "./delivery-world.ts";

const reachesDevices = (failing: Step): boolean => failing === "forget" || failing === "record";

test.each(["find", "of", "read", "schedule", "forget", "record"] as const)(
  "when the step %s fails the message is not done, and its next run completes it",
  async (failing) => {
    const { deliver, scheduled, events, entryOf } = world({
      failing,
      devices: { slow: [busy], dead: [gone], ok: [delivered] },
    });
    await expect(deliver()).rejects.toThrow(`${failing} failed`);
    // What had been done by then was told.
    expect(events).toMatchObject(
      reachesDevices(failing) ? [{ event: "delivery", outcomes: { busy: 1, gone: 1, delivered: 1 } }] : [],
    );
    await deliver(job, 2);
    expect(new Set(scheduled.map(({ job: next }) => next.hop))).toEqual(new Set([4]));
    expect((await entryOf("slow"))?.outcome).toBe("busy");
    expect((await entryOf("ok"))?.outcome).toBe("delivered");
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
    const due = startedAt + 45_000; // three quarters of a minute: the fourth hop waits as long as any
    const again = reachesDevices(failing) ? { again: 7 } : {};
    expect(scheduled).toEqual([{ job: { ...job, hop: 4, due, ...again }, expiresAt: job.acceptedAt + lifetimeMaxMs }]);
    const reason = `${failing} is throttled or unreachable`;
    if (reachesDevices(failing)) {
      expect(events.shift()).toMatchObject({ event: "delivery", outcomes: { gone: 1, delivered: 1 } });
    }
    expect(events).toEqual([{ event: "postponed", notificationId: notification.id, hop: 3, reason, retryAt: due }]);
    await deliver(scheduled[0]?.job);
    expect((await entryOf("ok"))?.outcome).toBe("delivered");
  },
);

test("while nothing can be recorded a device rings at ever longer intervals, of a minute at most", async () => {
  const { deliver, scheduled, advanceTo } = world({ failing: "record", away: "always", devices: { ok: [delivered] } });
  await deliver({ ...job, hop: 0 });
  const waits: number[] = [];
  let now = startedAt;
  for (let index = 0; index < 6; index += 1) {
    const next = scheduled[index]?.job;
    waits.push((next?.due ?? 0) - now);
    now = next?.due ?? 0;
    advanceTo(now);
    await deliver(next);
  }
  expect(waits).toEqual([7_500, 15_000, 30_000, 45_000, 45_000, 45_000]);
});

test("with the bus away nothing can be put off: the message is thrown back", async () => {
  const { deliver, scheduled } = world({ failing: "schedule", away: "always", devices: { slow: [busy] } });
  await expect(deliver()).rejects.toThrow(Unavailable);
  expect(scheduled).toEqual([]);
});
