import { expect, test } from "vitest";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import { notificationWith, now as startedAt, subscriptionId } from "../samples.ts";
import { busy, delivered, everything, firstRetryAfter, job, notification, platforms, world } from "./delivery-world.ts";

const changed = notificationWith({ id: notification.id, version: 9, readState: "read" });
const change: FanoutJob = { ...job, version: 9, kind: "state", actor: subscriptionId("phone"), hop: 0 };

test("a change of state taps every device but the browsers and the one that made it, once", async () => {
  const { deliver, happened, events, entryOf } = world({ notification: changed, devices: everything, platforms });
  await deliver(change);
  expect(happened).toEqual(["tapped tablet", "tapped desktop", "recorded"]);
  expect(events).toMatchObject([{ event: "delivery", kind: "state", outcomes: { delivered: 2 } }]);
  expect(await entryOf("tablet", "tap")).toMatchObject({ told: 9, outcome: "delivered" });
  await deliver(change);
  await deliver({ ...change, hop: 1 });
  expect(happened).toHaveLength(3);
});

test("two devices that each made a change are each tapped for the other's, whichever message comes first", async () => {
  const twice = notificationWith({ id: notification.id, version: 10, userActionState: "dismissed" });
  const { deliver, happened } = world({
    notification: twice,
    devices: { phone: [delivered], tablet: [delivered] },
    platforms,
  });
  await deliver({ ...change, version: 10, actor: subscriptionId("tablet") });
  await deliver(change); // the phone's, of version 9
  expect(happened).toEqual(["tapped phone", "recorded", "tapped tablet", "recorded"]);
});

test("a deletion is tapped, though the notification is found no more", async () => {
  const deleted = notificationWith({ id: notification.id, version: 9, status: "deleted", payload: {} });
  const { deliver, happened } = world({ notification: deleted, devices: everything, platforms });
  await deliver({ ...change, actor: subscriptionId("browser") });
  expect(happened).toEqual(["tapped phone", "tapped tablet", "tapped desktop", "recorded"]);
});

test("without an actor everybody but the browsers is tapped", async () => {
  const { actor: _, ...byNobody } = change;
  const { deliver, happened } = world({ notification: changed, devices: everything, platforms });
  await deliver(byNobody);
  expect(happened).toEqual(["tapped phone", "tapped tablet", "tapped desktop", "recorded"]);
});

test("taps and content are kept account of apart: neither finishes what the other has to do", async () => {
  const { deliver, happened, entryOf } = world({
    notification: notificationWith({ id: notification.id, version: 9 }),
    devices: { tablet: [delivered] },
    platforms,
  });
  await deliver(change);
  await deliver();
  expect(happened).toEqual(["tapped tablet", "recorded", "sent to tablet", "recorded"]);
  expect(await entryOf("tablet")).toMatchObject({ told: 7 });
  expect(await entryOf("tablet", "tap")).toMatchObject({ told: 9 });
});

test("the next change is tapped again, and a message of the one before then finds it told", async () => {
  const {
    deliver,
    change: become,
    happened,
  } = world({
    notification: changed,
    devices: { tablet: [delivered] },
    platforms,
  });
  await deliver(change);
  become({ version: 10, userActionState: "dismissed" });
  await deliver({ ...change, version: 10 });
  await deliver({ ...change, hop: 1 });
  expect(happened).toEqual(["tapped tablet", "recorded", "tapped tablet", "recorded"]);
});

test("a device that is busy is tapped again later, by a message that still knows the actor", async () => {
  const { deliver, scheduled, happened, advanceTo } = world({
    notification: changed,
    devices: { phone: [delivered], tablet: [busy, delivered] },
    platforms,
  });
  await deliver(change);
  const due = firstRetryAfter(startedAt);
  expect(scheduled).toEqual([{ job: { ...change, hop: 1, due }, expiresAt: changed.expiresAt }]);
  advanceTo(due);
  await deliver(scheduled[0]?.job);
  expect(happened.filter((what) => what.startsWith("tapped"))).toEqual(["tapped tablet", "tapped tablet"]);
});

test.each(["content", "state"] as const)(
  "a device whose channel is not served leaves no trace in a %s run: it is as if it were not there",
  async (kind) => {
    const { deliver, happened, events, entryOf } = world({
      notification: notificationWith({ id: notification.id, version: 9 }),
      devices: { tablet: [delivered], desktop: [delivered] },
      platforms,
      served: ["webpush", "fcm"],
    });
    await deliver({ ...change, kind });
    expect(happened).toEqual([kind === "state" ? "tapped tablet" : "sent to tablet", "recorded"]);
    expect(events).toMatchObject([{ outcomes: { delivered: 1 } }]);
    expect(await entryOf("desktop", kind === "state" ? "tap" : "content")).toBeUndefined();
  },
);
