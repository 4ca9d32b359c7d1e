import { expect, test } from "vitest";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { Notification, PlatformType } from "../../../shared/notification/notification.ts";
import { notificationWith, now as startedAt, subscriptionId } from "../samples.ts";
import {
  away,
  busy,
  delivered,
  everything,
  firstRetryAfter,
  gone,
  held,
  job,
  misconfigured,
  notification,
  platforms,
  world,
} from "./delivery-world.ts";

const fallback = { delaySeconds: 60, visualContent: { title: "You have mail" } };
const contentAt = startedAt - 60_000;
const pending = (changes: Partial<Notification> = {}): Notification =>
  notificationWith({ id: notification.id, fallback, contentAt, ...changes });
const alert: FanoutJob = { ...job, kind: "fallback", hop: 0, due: startedAt };
const phones: Record<string, PlatformType> = { phone: "iOS", second: "iOS" };
const bothPhones = { phone: [delivered], second: [delivered] };

const alerted = (happened: readonly string[]): readonly string[] =>
  happened.filter((what) => what.startsWith("alerted"));

test("the iOS devices that have not fetched the notification in time are alerted, once, and nobody else", async () => {
  const { deliver, happened, events, entryOf } = world({ notification: pending(), devices: everything, platforms });
  await deliver(alert);
  expect(happened).toEqual(["alerted phone", "recorded"]);
  expect(events).toMatchObject([{ event: "delivery", kind: "fallback", reached: 1, outcomes: { delivered: 1 } }]);
  expect(await entryOf("phone", "fallback")).toMatchObject({ told: 7, version: 7, outcome: "delivered", attempts: 1 });
  await deliver(alert);
  expect(happened).toHaveLength(2);
});

test("an alert is made whatever became of the content at that device, and finishes nothing of it", async () => {
  const { deliver, happened, entryOf } = world({ notification: pending(), devices: bothPhones, platforms: phones });
  await deliver();
  await deliver(alert);
  expect(happened).toEqual([
    "sent to phone",
    "sent to second",
    "recorded",
    "alerted phone",
    "alerted second",
    "recorded",
  ]);
  const untold = world({ notification: pending(), devices: bothPhones, platforms: phones });
  await untold.deliver(alert);
  await untold.deliver();
  expect(untold.happened.slice(3)).toEqual(["sent to phone", "sent to second", "recorded"]);
  expect(await entryOf("phone")).toMatchObject({ told: 7, attempts: 1 });
});

test("a device that has fetched this content is not alerted, one that fetched older content only is", async () => {
  const { deliver, happened } = world({
    notification: pending(),
    devices: bothPhones,
    platforms: phones,
    fetched: { phone: 7, second: 6 },
  });
  await deliver(alert);
  expect(happened).toEqual(["alerted second", "recorded"]);
});

test("what one subscription has fetched is there for all that have its channel, also from one that polls or is none of ours", async () => {
  const { deliver, happened } = world({
    notification: pending(),
    devices: bothPhones,
    platforms: phones,
    sharing: { second: "phone" },
    fetched: { second: 7 },
  });
  await deliver(alert);
  expect(happened).toEqual([]);
});

test("subscriptions with one channel are alerted once", async () => {
  const { deliver, happened } = world({
    notification: pending(),
    devices: bothPhones,
    platforms: phones,
    sharing: { second: "phone" },
  });
  await deliver(alert);
  expect(alerted(happened)).toHaveLength(1);
});

test.each<[string, Partial<Notification>, "lapsed" | "delivery"]>([
  ["was read on another device", { version: 9, readState: "read" }, "delivery"],
  ["was dismissed on another device", { version: 9, userActionState: "dismissed" }, "delivery"],
  ["was deleted", { version: 9, status: "deleted", payload: {} }, "lapsed"],
  ["has ended", { expiresAt: startedAt }, "lapsed"],
  ["was replaced by content with an alert of its own", { version: 9, contentVersion: 9 }, "lapsed"],
  ["was replaced by content without one", { version: 9, contentVersion: 9, fallback: null }, "lapsed"],
])("a notification that %s alerts nobody, and its message is done", async (_, changes, event) => {
  const { deliver, happened, events, scheduled } = world({
    notification: pending(changes),
    devices: bothPhones,
    platforms: phones,
  });
  await deliver(alert);
  expect({ happened, scheduled }).toEqual({ happened: [], scheduled: [] });
  expect(events).toMatchObject([{ event, kind: "fallback" }]);
});

test("what the user did with it that leaves it unread does not keep the alert back", async () => {
  const changed = pending({ version: 9, userActionState: "snoozed" });
  const { deliver, happened } = world({ notification: changed, devices: bothPhones, platforms: phones });
  await deliver(alert);
  expect(alerted(happened)).toHaveLength(2);
});

test("a device that is busy is alerted again later, by a message of that kind, unless it has fetched the notification meanwhile", async () => {
  const devices = { phone: [busy, delivered], second: [busy, delivered] };
  const { deliver, scheduled, happened, advanceTo, fetch } = world({
    notification: pending(),
    devices,
    platforms: phones,
  });
  await deliver(alert);
  const due = firstRetryAfter(startedAt);
  expect(scheduled).toEqual([{ job: { ...alert, hop: 1, due }, expiresAt: notification.expiresAt }]);
  fetch("second", 7);
  advanceTo(due);
  await deliver(scheduled[0]?.job);
  expect(alerted(happened)).toEqual(["alerted phone", "alerted second", "alerted phone"]);
});

test.each([
  ["busy", busy],
  ["refused for our credential", misconfigured],
])("an alert that was %s is not made again once its time to be shown is over", async (_, answer) => {
  const { deliver, scheduled, entryOf } = world({
    notification: pending({ displayUntil: startedAt + 900 }),
    devices: { phone: [answer] },
    platforms: phones,
  });
  await deliver(alert);
  expect(scheduled).toEqual([]);
  expect(await entryOf("phone", "fallback")).toMatchObject({ outcome: "gave-up" });
});

test("an alert is attempted once also when its time to be shown was over before, or it was held back then", async () => {
  const { deliver, scheduled, happened, advanceTo, entryOf } = world({
    notification: pending({ displayUntil: startedAt - 1_000 }),
    devices: { phone: [held, delivered] },
    platforms: phones,
  });
  await deliver(alert);
  expect(scheduled).toHaveLength(1);
  advanceTo(scheduled[0]?.job.due ?? 0);
  await deliver(scheduled[0]?.job);
  expect(alerted(happened)).toEqual(["alerted phone"]);
  expect(await entryOf("phone", "fallback")).toMatchObject({ outcome: "delivered", attempts: 1 });
});

test("a dead channel is dropped, and a device that has a new one meanwhile is alerted there", async () => {
  const { deliver, happened, during, renew } = world({
    notification: pending(),
    devices: { phone: [gone, delivered] },
    platforms: phones,
  });
  during("forget", () => renew("phone"));
  await deliver(alert);
  expect(happened).toEqual(["alerted phone", "forgot phone", "recorded", "alerted phone", "recorded"]);
});

test("an alert that crossed newer content on its way is followed by that content once more", async () => {
  const { deliver, happened, during, change, anotherRunTells } = world({
    notification: pending(),
    devices: { phone: [delivered] },
    platforms: phones,
  });
  during("record", async () => {
    change({ version: 9, contentVersion: 9 });
    await anotherRunTells("phone", 9);
  });
  await deliver(alert);
  expect(happened).toEqual(["alerted phone", "recorded", "sent to phone", "recorded"]);
});

test("an alert that crossed the tap of a dismissal on its way is followed by a tap once more", async () => {
  const { deliver, happened, during, change, anotherRunTells } = world({
    notification: pending(),
    devices: { phone: [delivered] },
    platforms: phones,
  });
  during("record", async () => {
    change({ version: 9, userActionState: "dismissed" });
    await anotherRunTells("phone", 9, { kind: "tap" });
  });
  await deliver(alert);
  expect(happened).toEqual(["alerted phone", "recorded", "tapped phone", "recorded"]);
});

/** What is left of a deleted notification does not tell whether it had a fallback. */
const seenTo: readonly (readonly [string, Partial<Notification>])[] = [
  ["dismisses", { userActionState: "dismissed" }],
  ["deletes", { status: "deleted", payload: {}, fallback: null }],
];
test.each(seenTo)(
  "a device that %s what it is just being alerted of is tapped, though it made the change itself",
  async (_, changes) => {
    const { deliver, happened, during, change, anotherRunTells, entryOf } = world({
      notification: pending(),
      devices: { phone: [delivered] },
      platforms: phones,
    });
    await anotherRunTells("phone", 7, { at: job.acceptedAt - 1 });
    during("record", async () => {
      change({ version: 9, ...changes });
      await deliver({ ...job, kind: "state", version: 9, actor: subscriptionId("phone") });
      expect(await entryOf("phone", "tap")).toMatchObject({ told: 0, version: 9 });
    });
    await deliver(alert);
    expect(happened).toEqual(["alerted phone", "recorded", "recorded", "tapped phone", "recorded"]);
  },
);

test("an iPhone that another device's change is told to while it is alerted is not alerted again: it is brought up to date", async () => {
  const { deliver, happened, during, change } = world({
    notification: pending(),
    devices: { phone: [delivered], tablet: [delivered] },
    platforms,
  });
  during("record", async () => {
    change({ version: 9, userActionState: "snoozed" });
    await deliver({ ...job, kind: "state", version: 9, actor: subscriptionId("tablet") });
  });
  await deliver(alert);
  await deliver({ ...alert, hop: 1 });
  expect(happened).toEqual(["alerted phone", "tapped phone", "recorded", "recorded", "sent to phone", "recorded"]);
});

test("an alert that was cut off, or lay among the dead letters, is made though the device was told of a change since, and nothing beside it", async () => {
  const { deliver, happened, anotherRunTells, change } = world({
    notification: pending(),
    devices: { phone: [delivered] },
    platforms: phones,
  });
  change({ version: 9, userActionState: "snoozed" });
  await anotherRunTells("phone", 9, { kind: "tap" });
  await deliver({ ...alert, again: 7 });
  expect(happened).toEqual(["alerted phone", "recorded"]);
  await deliver({ ...alert, again: 7, hop: 1 });
  expect(happened.slice(2)).toEqual(["sent to phone", "recorded"]); // it is made, and may have come behind what was told since
});

test("an alert whose run was cut off is looked at again: whoever was told something newer meanwhile is told it once more", async () => {
  const { deliver, happened, scheduled, advanceTo, change, anotherRunTells } = world({
    notification: pending(),
    devices: { phone: [delivered] },
    platforms: phones,
  });
  change({ version: 9, contentVersion: 9 });
  await anotherRunTells("phone", 9);
  await deliver(alert, 2);
  expect(happened).toEqual(["scheduled"]);
  expect(scheduled).toMatchObject([{ job: { kind: "fallback", again: 7 } }]);
  advanceTo(scheduled[0]?.job.due ?? 0);
  await deliver(scheduled[0]?.job);
  expect(happened).toEqual(["scheduled", "sent to phone", "recorded"]);
});

test.each(["find", "of", "read", "marks"] as const)(
  "where %s fails the alert is put off, by a message of its kind, and nobody is alerted meanwhile",
  async (step) => {
    const { deliver, happened, during, scheduled } = world({
      notification: pending(),
      devices: bothPhones,
      platforms: phones,
    });
    during(step, away);
    await deliver(alert);
    expect(happened).toEqual(["scheduled"]);
    expect(scheduled).toMatchObject([{ job: { kind: "fallback", version: 7, hop: 1 } }]);
  },
);
