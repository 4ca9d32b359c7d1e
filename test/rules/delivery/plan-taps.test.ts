import fc from "fast-check";
import { expect, test } from "vitest";
import { nothingTold, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { planTaps } from "../../../shared/delivery/plan.ts";
import {
  platformTypes,
  readStates,
  userActionStates,
  type Notification,
  type PlatformType,
} from "../../../shared/notification/notification.ts";
import { notificationTypes, type Subscription } from "../../../shared/subscription/subscription.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";
import { entryWith, withRun } from "./entries.ts";

const version = 9;
const changed = (changes: Partial<Notification> = {}): Notification =>
  notificationWith({ version, contentVersion: 7, readState: "read", ...changes });

const deviceOn = (platformType: PlatformType, changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({ id: subscriptionId(platformType), platformType, channel: channelOf(platformType), ...changes });

const tapped = (changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  entryWith({ subscriptionId: subscriptionId("Android"), told: version, ...changes });

/** The change was accepted in between. */
const before = now - 501;
const heard = (changes: Partial<LedgerEntry> = {}): LedgerEntry => entryWith({ at: now - 500, ...changes });

const nobodyAgain: ReadonlySet<string> = new Set();
const usual = {
  notification: changed(),
  ledger: nothingTold,
  again: nobodyAgain,
  isServed: () => true,
  now,
  version,
  acceptedAt: now - 500,
};

type Standing = {
  readonly notification?: Partial<Notification>;
  readonly device?: Partial<Subscription>;
  readonly on?: PlatformType;
  readonly entry?: LedgerEntry;
  /** Of the content, or of its alert. */
  readonly content?: LedgerEntry;
  readonly alert?: LedgerEntry;
  readonly actor?: string;
};
/** What is planned for one device: "due", the time it has to wait for, or "nobody". */
const planOf = ({
  notification,
  device,
  on = "Android",
  entry,
  content,
  alert,
  actor,
}: Standing): "due" | "nobody" | number => {
  const one = deviceOn(on, device);
  const { due, waitingUntil } = planTaps({
    ...usual,
    notification: changed(notification),
    subscriptions: [one],
    ledger: {
      content: content ? { tag: content } : {},
      tap: entry ? { tag: entry } : {},
      fallback: alert ? { tag: alert } : {},
    },
    actor: actor === undefined ? undefined : subscriptionId(actor),
  });
  return due.length > 0 ? "due" : (waitingUntil ?? "nobody");
};

test.each<[string, Standing, "due" | "nobody" | number]>([
  ["an Android device is tapped", { on: "Android" }, "due"],
  ["an iOS device is tapped", { on: "iOS" }, "due"],
  ["a Windows device is tapped", { on: "Windows" }, "due"],
  ["a browser is not", { on: "WebPush" }, "nobody"],
  ["the device that made the change is not", { actor: "Android" }, "nobody"],
  ["nor is it if it was told the content before", { actor: "Android", content: heard({ at: before }) }, "nobody"],
  ["but it is if older content may have come behind its change", { actor: "Android", content: heard() }, "due"],
  ["and if that was not answered", { actor: "Android", content: heard({ outcome: "busy", notBefore: now }) }, "due"],
  ["and if it was an alert", { actor: "iOS", on: "iOS", alert: heard() }, "due"],
  ["but not a second time", { actor: "Android", content: heard(), entry: tapped() }, "nobody"],
  ["nor if what came knew of the change", { actor: "Android", content: heard({ version }) }, "nobody"],
  ["nor if it was held back", { actor: "Android", content: heard({ outcome: "held" }) }, "nobody"],
  ["a change by another device is told", { actor: "iOS" }, "due"],
  ["of a notification for browsers alone nobody is told", { notification: { platformTypes: ["WebPush"] } }, "nobody"],
  ["a platform the content was not for shows the feed too", { notification: { platformTypes: ["iOS"] } }, "due"],
  ["one beside browsers is enough", { notification: { platformTypes: ["WebPush", "iOS"] } }, "due"],
  ["what has expired is told to nobody", { notification: { expiresAt: now } }, "nobody"],
  ["a deletion is told", { notification: { status: "deleted", payload: {} } }, "due"],
  ["a dismissal is told", { notification: { userActionState: "dismissed" } }, "due"],
  ["unread again is told", { notification: { readState: "unread" } }, "due"],
  [
    "a device that wants no content in its pushes is tapped",
    { device: { notificationType: "NotificationOnly" } },
    "due",
  ],
  ["a device that polls is not", { device: { notificationType: "NoNotification" } }, "nobody"],
  ["a device without a channel is not", { device: { channel: null } }, "nobody"],
  ["a tap that arrived is not repeated", { entry: tapped() }, "nobody"],
  ["nor one of a newer change", { entry: tapped({ told: version + 1 }) }, "nobody"],
  ["a newer change is told", { entry: tapped({ told: version - 1 }) }, "due"],
  ["a new channel is told", { device: { channelTag: "new" }, entry: tapped() }, "due"],
  ["a busy device waits for its time", { entry: tapped({ outcome: "busy", notBefore: now + 1 }) }, now + 1],
  ["a busy device whose time has come is due", { entry: tapped({ outcome: "busy", notBefore: now }) }, "due"],
])("%s", (_, standing, planned) => {
  expect(planOf(standing)).toBe(planned);
});

test("a device whose channel is not served yet is left out", () => {
  const subscriptions = platformTypes.map((platformType) => deviceOn(platformType, { channelTag: platformType }));
  const { due } = planTaps({ ...usual, subscriptions, isServed: (kind) => kind === "apns", actor: undefined });
  expect(due).toEqual([{ kind: "tap", subscription: deviceOn("iOS", { channelTag: "iOS" }) }]);
});

test("whoever has the channel of the device that made the change is not tapped: it is the same device", () => {
  const named = (id: string, changes: Partial<Subscription> = {}) =>
    deviceOn("iOS", { id: subscriptionId(id), channelTag: "phone", ...changes });
  for (const ofActor of [{}, { notificationType: "NoNotification" }, { channel: null }] as const) {
    const subscriptions = [named("actor", ofActor), named("older"), named("tablet", { channelTag: "tablet" })];
    const { due } = planTaps({ ...usual, subscriptions, actor: subscriptionId("actor") });
    expect(due.map(({ subscription }) => subscription.id)).toEqual(["tablet"]);
  }
});

const devices = fc
  .array(
    fc.record({
      platformType: fc.constantFrom(...platformTypes),
      notificationType: fc.constantFrom(...notificationTypes),
      hasChannel: fc.boolean(),
      /** Those of one platform and place are one device. */
      place: fc.constantFrom("hand", "desk", "bag"),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ hasChannel, place, ...device }, index) =>
      deviceOn(device.platformType, {
        ...device,
        id: subscriptionId(`device-${index}`),
        channelTag: `${device.platformType}-${place}`,
        ...(!hasChannel && { channel: null }),
      }),
    ),
  );
const notifications = fc
  .record({
    platformTypes: fc.subarray([...platformTypes], { minLength: 1 }),
    status: fc.constantFrom("active", "updated", "deleted"),
    readState: fc.constantFrom(...readStates),
    userActionState: fc.constantFrom(...userActionStates),
    expiresAt: fc.integer({ min: now - 2, max: now + 2 }),
  })
  .map((changes) => changed(changes));
const actors = fc.option(
  fc.nat({ max: 8 }).map((index) => subscriptionId(`device-${index}`)),
  { nil: undefined },
);

test("whatever the devices and the change: no browser, not the device of the actor, no device twice, in one run or after a finished one, and everybody else", () => {
  fc.assert(
    fc.property(notifications, devices, actors, (notification, subscriptions, actor) => {
      const standing = { ...usual, notification, subscriptions, actor };
      const plan = planTaps(standing);
      const due = plan.due.map(({ subscription }) => subscription);
      expect(plan.waitingUntil).toBeUndefined();
      expect(due.filter(({ platformType }) => platformType === "WebPush")).toEqual([]);
      expect(due.map(({ id }) => id)).not.toContain(actor);

      const lives = notification.expiresAt > now;
      const isForBrowsersAlone = notification.platformTypes.join() === "WebPush";
      const actorsTag = subscriptions.find(({ id }) => id === actor)?.channelTag;
      const expected = subscriptions.filter(
        ({ channelTag, platformType, channel, notificationType }) =>
          platformType !== "WebPush" && channelTag !== actorsTag && channel && notificationType !== "NoNotification",
      );
      const rung = due.map(({ channelTag }) => channelTag);
      expect(rung).toEqual(
        lives && !isForBrowsersAlone ? [...new Set(expected.map(({ channelTag }) => channelTag))] : [],
      );
      expect(expected).toEqual(expect.arrayContaining([...due]));

      const run = Object.fromEntries(due.map(({ id, channelTag }) => [channelTag, tapped({ subscriptionId: id })]));
      const again = planTaps({ ...standing, ledger: withRun(nothingTold, { tap: run }) });
      expect(again).toEqual({ due: [], waitingUntil: undefined });
    }),
  );
});
