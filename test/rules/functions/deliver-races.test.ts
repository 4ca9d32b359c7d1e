import { expect, test } from "vitest";
import { messageIdOf, type FanoutJob } from "../../../shared/fanout/job.ts";
import { replayBodyOf } from "../../../shared/fanout/replay.ts";
import { newNotificationId, type Notification } from "../../../shared/notification/notification.ts";
import { now as startedAt, subscriptionId } from "../samples.ts";
import { broken, busy, delivered, everything, firstRetryAfter, job, platforms, world } from "./delivery-world.ts";
import { at, deleted, lookBehind, looksOf, read, replaced } from "./races.ts";

test("a message that comes again brings its devices up to date, and at last sends a look behind it", async () => {
  const { deliver, anotherRunTells, scheduled, happened } = world({
    notification: at(9, replaced),
    devices: { phone: [delivered], tablet: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 9);
  await deliver(job, 2);
  expect(happened).toEqual(["sent to tablet", "recorded", "scheduled"]);
  expect(looksOf(scheduled)).toEqual([lookBehind]);
  expect(scheduled[0]?.expiresAt).toBe(at(9).expiresAt);
});

test.each<[string, FanoutJob, Notification | undefined, number, number | undefined]>([
  ["whose notification changed, that comes for the first time", job, at(9), 1, undefined],
  ["whose notification has not changed yet, that comes again", job, at(7), 2, 7],
  ["whose notification was deleted, that comes again", job, at(9, deleted), 3, 7],
  ["whose notification is no more, that comes again", job, undefined, 2, undefined],
  ["that was a look itself, for the first time", { ...job, again: 5 }, at(9), 1, undefined],
  ["that was a look itself, that comes again", { ...job, again: 5 }, at(9), 2, 5],
])(
  "behind a message %s, there is a look at whoever was told something newer than that (or none): %s",
  async (...given) => {
    const [, message, notification, deliveryCount, again] = given;
    const { deliver, scheduled } = world({ notification, devices: { phone: [delivered] }, platforms });
    await deliver(message, deliveryCount);
    expect(looksOf(scheduled)).toEqual(again === undefined ? [] : [{ ...lookBehind, again }]);
  },
);

test("a dead letter that is replayed tells whoever was told something newer that once more: its last run may have told the old after it", async () => {
  const { deliver, anotherRunTells, happened } = world({
    notification: at(9, replaced),
    devices: { phone: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 9);
  await deliver(replayBodyOf(job, startedAt), 1);
  expect(happened).toEqual(["sent to phone", "recorded"]);
});

test("runs of one message that end alike at about the same time look behind by one message; another notification's has a time of its own", async () => {
  const { deliver, scheduled, advanceTo } = world({ devices: {} });
  const lookFrom = async (time: number, message: FanoutJob = job): Promise<FanoutJob> => {
    advanceTo(time);
    await deliver(message, 2);
    return scheduled.at(-1)?.job ?? message;
  };
  const first = await lookFrom(startedAt);
  const last = (first.due ?? 0) - 30_000; // the last moment after which all has landed by then
  expect(messageIdOf(await lookFrom(last))).toBe(messageIdOf(first));
  expect((await lookFrom(last + 1)).due).toBe((first.due ?? 0) + 30_000);
  const times = new Set<number | undefined>();
  for (let count = 0; count < 20; count += 1) {
    times.add((await lookFrom(startedAt, { ...job, id: newNotificationId(startedAt) })).due);
  }
  expect(times.size).toBeGreaterThan(10);
});

test("a run that fails sends no look behind it, however often it is repeated", async () => {
  const { deliver, during, scheduled, happened } = world({ devices: { phone: [delivered] } });
  for (let deliveryCount = 1; deliveryCount <= 10; deliveryCount += 1) {
    during("record", broken);
    await expect(deliver(job, deliveryCount)).rejects.toThrow("a bug");
  }
  expect(happened).toHaveLength(10);
  expect(scheduled).toEqual([]);
});

test.each<[string, Partial<Notification>, string[]]>([
  ["the content, where it still rings", { userActionState: "snoozed" }, ["sent to browser", "sent to phone"]],
  ["of the change, where it does not, and browsers are never tapped", read, ["tapped phone"]],
  ["of the deletion", deleted, ["tapped phone"]],
])("a look tells whoever was told something newer, once more, and nobody else: %s", async (_, changes, told) => {
  const { deliver, anotherRunTells, happened, scheduled } = world({
    notification: at(9, changes),
    devices: everything,
    platforms,
  });
  for (const name of ["browser", "phone"]) await anotherRunTells(name, 7, { version: 9 });
  for (const name of ["tablet", "desktop"]) await anotherRunTells(name, 7);
  const look = { ...job, version: 9, again: 7 };
  await deliver({ ...look, again: 9 });
  expect(happened).toEqual([]);
  await deliver(look);
  expect(happened).toEqual([...told, "recorded"]);
  expect(scheduled).toEqual([]);
});

test("a change's look brings the content to whoever was tapped, where it still rings", async () => {
  const { deliver, anotherRunTells, happened } = world({
    notification: at(9),
    devices: { phone: [delivered], tablet: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 9, { kind: "tap" });
  await deliver({ ...job, kind: "state", again: 7 });
  expect(happened).toEqual(["tapped tablet", "sent to phone", "recorded"]);
});

test.each<[string, FanoutJob["kind"], Partial<Notification>, FanoutJob["kind"], string]>([
  ["a tap in a look at content", "content", read, "state", "tapped phone"],
  ["content in a change's look", "state", {}, "content", "sent to phone"],
])(
  "what a look told in vain is tried again by a message of its own kind: %s",
  async (_, kind, changes, nextKind, told) => {
    const { deliver, anotherRunTells, happened, scheduled, advanceTo } = world({
      notification: at(9, changes),
      devices: { phone: [busy, delivered] },
      platforms,
    });
    await anotherRunTells("phone", 9, { kind: "tap" });
    await deliver({ ...job, kind, again: 7 });
    expect(scheduled.map(({ job: next }) => next.kind)).toEqual([nextKind]);
    advanceTo(firstRetryAfter(startedAt) + 2_500); // a tap was tried before
    await deliver(scheduled[0]?.job);
    expect(happened).toEqual([told, "scheduled", "recorded", told, "recorded"]);
  },
);

test.each([
  ["read", { readState: "read" }],
  ["dismissed", { userActionState: "dismissed" }],
  ["deleted", { status: "deleted", payload: {} }],
] as const)(
  "content that was %s, by a change whose own message was lost, has whoever shows an older content tapped, and nobody else",
  async (_, changes) => {
    const { deliver, anotherRunTells, happened } = world({
      notification: at(9, { contentVersion: 8, ...changes }),
      devices: { phone: [delivered], tablet: [delivered], desktop: [delivered], laptop: [delivered] },
      platforms,
    });
    await anotherRunTells("phone", 7);
    await anotherRunTells("laptop", 7); // a browser, which is never tapped
    await anotherRunTells("tablet", 7);
    await anotherRunTells("tablet", 9, { kind: "tap" });
    await deliver();
    await deliver();
    expect(happened).toEqual(["tapped phone", "recorded"]);
  },
);

test("the device that has seen to it is not tapped for that by the content's own message", async () => {
  const { deliver, anotherRunTells, happened } = world({
    notification: at(9, { contentVersion: 8, readState: "read" }),
    devices: { phone: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 7, { at: job.acceptedAt - 1 });
  await deliver({ ...job, version: 9, kind: "state", actor: subscriptionId("phone"), hop: 0 });
  await deliver();
  expect(happened).toEqual(["recorded"]);
});
