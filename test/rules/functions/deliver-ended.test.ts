import { expect, test } from "vitest";
import type { FanfareEvent } from "../../../shared/telemetry/events.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { pointsOf } from "../../../shared/telemetry/measures.ts";
import { notificationWith, now as startedAt } from "../samples.ts";
import {
  busy,
  delivered,
  everything,
  gone,
  held,
  job,
  notification,
  platforms,
  rejected,
  world,
} from "./delivery-world.ts";

const { expiresAt } = notification;
const first = { ...job, hop: 0 };
const missedOf = (events: readonly FanfareEvent[]) =>
  events.map((event) => [event.event, "missed" in event ? event.missed : undefined]);

/** A world in which that notification ended just before anything ran. */
const over = (changes: Partial<Notification> | undefined, given: Partial<Parameters<typeof world>[0]> = {}) => {
  const stored = changes && notificationWith({ id: job.id, ...changes });
  const made = world({ devices: everything, platforms, ...given, notification: stored });
  made.advanceTo(expiresAt);
  return made;
};

test("content that ended while it waited is missed by each device it was for, and costs no attempt, no message and no write", async () => {
  const { deliver, events, happened, attemptEvents } = over({});
  await deliver(first);
  expect(missedOf(events)).toEqual([["lapsed", { webpush: 1, apns: 1, fcm: 1, wns: 1 }]]);
  expect([happened, attemptEvents]).toEqual([[], []]);
});

test.each<[string, Partial<Notification>]>([
  ["dismissed", { userActionState: "dismissed" }],
  ["read", { readState: "read" }],
  ["deleted", { status: "deleted" }],
  ["replaced: the run of what came since answers for it", { contentVersion: 8, version: 8 }],
  ["given less to live than it may take to be told", { contentAt: expiresAt - 29_999 }],
])("nobody missed what was %s", async (_, changes) => {
  const { deliver, events } = over(changes);
  await deliver(first);
  expect(missedOf(events)).toEqual([["lapsed", undefined]]);
});

test("nobody misses it whom it was not for, nor who cannot be reached, nor the second of two subscriptions with one channel", async () => {
  const { deliver, events } = over(
    { platformTypes: ["iOS", "WebPush"], payload: { rawContent: "raw" } },
    { sharing: { laptop: "browser" }, devices: { ...everything, laptop: [delivered] }, served: ["webpush", "fcm"] },
  );
  await deliver(first);
  expect(missedOf(events)).toEqual([["lapsed", { webpush: 1 }]]);
  const nobody = over({}, { devices: {} });
  await nobody.deliver(first);
  expect(missedOf(nobody.events)).toEqual([["lapsed", undefined]]);
});

test("an alert or a tap that came to nothing is missed by nobody: content is what was promised", async () => {
  for (const kind of ["state", "fallback"] as const) {
    const { deliver, events } = over({});
    await deliver({ ...first, kind });
    expect(missedOf(events)).toEqual([["lapsed", undefined]]);
  }
});

test("of a retry that came too late those have missed it who wait for it; the others were told, refused it, are gone or given up", async () => {
  const devices = { told: [delivered], bad: [rejected], dead: [gone], slow: [busy], late: [busy] };
  const { deliver, events, advanceTo, scheduled, anotherRunTells } = world({ devices });
  await deliver(first);
  await anotherRunTells("late", 7, { outcome: "gave-up", attempts: 2 });
  advanceTo(expiresAt + 1_000);
  await deliver(scheduled[0]?.job);
  expect(missedOf(events)).toEqual([
    ["delivery", undefined],
    ["lapsed", { webpush: 1 }],
  ]);
});

test("whoever was held until too late, or given up in its last second, is counted once, by the run that says so", async () => {
  const { deliver, events, advanceTo } = world({ devices: { slow: [busy] } });
  advanceTo(expiresAt - 500);
  await deliver(first);
  advanceTo(expiresAt + 1_000);
  await deliver({ ...first, hop: 1 });
  expect(missedOf(events)).toEqual([
    ["delivery", { webpush: 1 }],
    ["lapsed", undefined],
  ]);
  const short = world({
    notification: notificationWith({ id: job.id, expiresAt: startedAt + 10_000, displayUntil: startedAt + 10_000 }),
    devices: { slow: [held] },
  });
  await short.deliver(first);
  expect(missedOf(short.events)).toEqual([["delivery", undefined]]); // ten seconds are no measure of us
});

test("what is not stored any more counts as one device of an unknown channel, where there is one that was not told", async () => {
  const purged = over(undefined);
  await purged.deliver(first);
  expect(missedOf(purged.events)).toEqual([["lapsed", { unknown: 1 }]]);

  const nobody = over(undefined, { devices: {} });
  const told = over(undefined, { devices: { browser: [delivered] } });
  await told.anotherRunTells("browser", 7);
  for (const { deliver, events } of [nobody, told]) {
    await deliver(first);
    expect(missedOf(events)).toEqual([["lapsed", undefined]]);
  }
});

test("a replayed dead letter is as late as its run is after the replay, however long it lay there", async () => {
  const { deliver, events, advanceTo } = world({ devices: { browser: [delivered] } });
  advanceTo(startedAt + 3_000_000);
  await deliver({ ...first, again: 7, replayedAt: startedAt + 2_999_000 });
  expect(events).toMatchObject([{ event: "delivery", queuedMs: 1_000, sinceAcceptedMs: 3_000_050 }]);
});

test("an operator's canary is counted nowhere: neither told nor missed, whether it was tried in vain or not at all", async () => {
  const canary = { canary: "browser", devices: { browser: [busy] } };
  const told = world({ ...canary, devices: { browser: [delivered], laptop: [delivered] } });
  await told.deliver(first);
  expect(told.attemptEvents.map(pointsOf).map(({ length }) => length)).toEqual([0, 4]);

  const inVain = world(canary);
  inVain.advanceTo(expiresAt - 500);
  await inVain.deliver(first);
  expect(missedOf(inVain.events)).toEqual([["delivery", undefined]]);
  for (const { deliver, events } of [over({}, canary), over(undefined, canary)]) {
    await deliver(first);
    expect(missedOf(events)).toEqual([["lapsed", undefined]]);
  }
});
