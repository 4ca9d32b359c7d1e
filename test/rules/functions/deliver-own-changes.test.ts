import { expect, test } from "vitest";
import type { FanoutJob } from "../../../shared/fanout/job.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { notificationWith, now as startedAt, subscriptionId } from "../samples.ts";
import { busy, delivered, held, job, platforms, world } from "./delivery-world.ts";

const at = (version: number, changes: Partial<Notification> = {}): Notification =>
  notificationWith({ id: job.id, version, ...changes });
const dismissed = { version: 9, userActionState: "dismissed" } as const;
const changeBy = (actor: string, version = 9): FanoutJob => ({
  ...job,
  version,
  kind: "state",
  actor: subscriptionId(actor),
  hop: 0,
  acceptedAt: startedAt,
});
const taps = (happened: readonly string[]): readonly string[] => happened.filter((what) => what.startsWith("tapped"));

test("a device that dismisses what is just on its way to it is tapped, though it made the change: its toast stands behind that", async () => {
  const { deliver, during, change, happened } = world({
    notification: at(7),
    devices: { phone: [delivered] },
    platforms,
  });
  during("record", async () => {
    change(dismissed);
    await deliver(changeBy("phone"));
  });
  await deliver();
  expect(happened).toEqual(["sent to phone", "recorded", "recorded", "tapped phone", "recorded"]);
});

test.each([
  ["it had made a change before", "phone", delivered],
  ["another device's change had been told to it", "tablet", delivered],
  ["another device's change was still to be told to it again", "tablet", busy],
  ["another device's change was held back from it", "tablet", held],
] as const)("so is one of which the ledger knows something already: %s", async (_, earlier, answer) => {
  const { deliver, during, change, happened, entryOf } = world({
    notification: at(6, { contentVersion: 5, readState: "read" }),
    devices: { phone: [answer, delivered], tablet: [delivered] },
    platforms,
  });
  await deliver(changeBy(earlier, 6));
  expect(await entryOf("phone", "tap")).toBeDefined();
  change({ version: 7, contentVersion: 7, readState: "unread" });
  happened.length = 0;
  during("record", async () => {
    change(dismissed);
    await deliver(changeBy("phone"));
  });
  await deliver();
  expect(taps(happened).filter((what) => what.endsWith("phone"))).toEqual(["tapped phone"]);
  expect(await entryOf("phone", "tap")).toMatchObject({ told: 9, version: 9, outcome: "delivered" });
  expect(await entryOf("phone", "tap")).not.toHaveProperty("notBefore");
});

test.each(["content", "fallback"] as const)(
  "a device that heard older %s after it had dismissed it is tapped for its own change, once, however late that change's message comes",
  async (kind) => {
    const { deliver, anotherRunTells, happened } = world({
      notification: at(9, dismissed),
      devices: { phone: [delivered] },
      platforms,
    });
    await anotherRunTells("phone", 7, { kind, at: startedAt });
    await deliver(changeBy("phone"));
    await deliver(changeBy("phone"), 2);
    expect(taps(happened)).toEqual(["tapped phone"]);
  },
);

test("a device that heard it before it made the change is not; that it knows is recorded", async () => {
  const { deliver, anotherRunTells, happened, entryOf } = world({
    notification: at(9, dismissed),
    devices: { phone: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 7, { at: startedAt - 1 });
  await deliver(changeBy("phone"));
  expect(happened).toEqual(["recorded"]);
  expect(await entryOf("phone", "tap")).toMatchObject({ told: 0, version: 9, reason: "it made the change itself" });
});

test("two runs of one message, and between what they tell a device its own change: the one that ends last has it tapped", async () => {
  const { deliver, during, change, happened, advanceTo } = world({
    notification: at(7),
    devices: { phone: [delivered] },
    platforms,
  });
  during("record", async () => {
    await deliver(job, 2);
    advanceTo(startedAt + 1_000);
    change(dismissed);
    await deliver({ ...changeBy("phone"), acceptedAt: startedAt + 1_000 });
  });
  await deliver();
  expect(taps(happened)).toEqual(["tapped phone"]);
});

test("a device that makes one change after the other hears of neither, though their runs meet", async () => {
  const { deliver, during, change, happened, entryOf } = world({
    notification: at(8, { contentVersion: 7, userActionState: "activated" }),
    devices: { phone: [delivered] },
    platforms,
  });
  during("record", async () => {
    change({ version: 9, userActionState: "snoozed" });
    await deliver(changeBy("phone", 9));
  });
  await deliver(changeBy("phone", 8));
  expect(happened).toEqual(["recorded", "recorded"]);
  expect(await entryOf("phone", "tap")).toMatchObject({ told: 0, version: 9 });
});

test("a change that was stored, refused and repeated is as old as it is: a device that older content reached in between is tapped", async () => {
  const { deliver, anotherRunTells, happened } = world({
    notification: at(9, { ...dismissed, modifiedAt: startedAt }),
    devices: { phone: [delivered] },
    platforms,
  });
  await anotherRunTells("phone", 7, { at: startedAt + 500 });
  await deliver({ ...changeBy("phone"), acceptedAt: startedAt + 3_000 });
  expect(happened).toEqual(["tapped phone", "recorded"]);
});
