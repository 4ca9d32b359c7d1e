import fc from "fast-check";
import { expect, test } from "vitest";
import { nothingTold, type LedgerEntry, type ToldKind } from "../../../shared/delivery/ledger.ts";
import { planDeliveries, planTaps } from "../../../shared/delivery/plan.ts";
import {
  platformTypes,
  readStates,
  userActionStates,
  type Notification,
  type PlatformType,
} from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";
import { entryWith } from "./entries.ts";

const version = 9;
const rings = notificationWith({ version });
const read = notificationWith({ version, readState: "read" });

const deviceOn = (platformType: PlatformType, changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({
    id: subscriptionId(platformType),
    platformType,
    channel: channelOf(platformType),
    channelTag: `tag of ${platformType}`,
    ...changes,
  });
const everyDevice = platformTypes.map((platformType) => deviceOn(platformType));

type Standing = {
  readonly notification?: Notification;
  readonly subscriptions?: readonly Subscription[];
  /** What the ledger says of every channel, for content and taps. */
  readonly entry?: Partial<LedgerEntry>;
  readonly again?: readonly string[];
  readonly isServed?: () => boolean;
};
/** A content message's plan, and a change's, of which each must come out as `expected`. */
const plansOf = ({
  notification = rings,
  subscriptions = everyDevice,
  entry,
  again,
  isServed = () => true,
}: Standing) => {
  const entries = Object.fromEntries(
    subscriptions.map(({ channelTag }) => [channelTag, entryWith({ told: version, ...entry })]),
  );
  const standing = {
    notification,
    subscriptions,
    ledger: entry ? { content: entries, tap: entries, fallback: {} } : nothingTold,
    again: new Set(again ?? subscriptions.map(({ channelTag }) => channelTag)),
    isServed,
    now,
  };
  const plans = [planDeliveries(standing), planTaps({ ...standing, actor: undefined, version, acceptedAt: now })];
  return plans.map(({ due, waitingUntil }) => ({
    told: due.map(({ kind, subscription }) => [kind, subscription.id]),
    waitingUntil,
  }));
};

const nobody = { told: [], waitingUntil: undefined };
const content = (...ids: string[]): [ToldKind, string][] => ids.map((id) => ["content", id]);
const tap = (...ids: string[]): [ToldKind, string][] => ids.map((id) => ["tap", id]);

test.each<[string, Standing, [ToldKind, string][]]>([
  ["what the ledger finished is told", { entry: {} }, content(...platformTypes)],
  ["what is open is told", { entry: { outcome: "busy", notBefore: now } }, content(...platformTypes)],
  [
    "what an older version was told to wait for",
    { entry: { told: version - 8, notBefore: now + 9 } },
    content(...platformTypes),
  ],
  ["what was given up is told", { entry: { outcome: "gave-up" } }, content(...platformTypes)],
  ["what was told in a newer version is told", { entry: { told: version + 1 } }, content(...platformTypes)],
  [
    "what was read is a tap, and to browsers nothing",
    { notification: read, entry: {} },
    tap("Windows", "iOS", "Android"),
  ],
  [
    "what was deleted is a tap, and to browsers nothing",
    { notification: { ...rings, status: "deleted", payload: {} }, entry: {} },
    tap("Windows", "iOS", "Android"),
  ],
  [
    "a platform the content is not for is tapped",
    { notification: { ...rings, platformTypes: ["WebPush", "iOS"] }, entry: {} },
    [
      ["tap", "Windows"],
      ["content", "iOS"],
      ["tap", "Android"],
      ["content", "WebPush"],
    ],
  ],
  [
    "of what was for browsers alone nobody else hears",
    { notification: { ...rings, platformTypes: ["WebPush"] }, entry: {} },
    content("WebPush"),
  ],
  ["only the channels meant are told", { entry: {}, again: ["tag of iOS", "tag of nobody"] }, content("iOS")],
  ["what has expired is told to nobody", { notification: { ...rings, expiresAt: now }, entry: {} }, []],
  ["nor to a device that polls", { subscriptions: [deviceOn("iOS", { notificationType: "NoNotification" })] }, []],
  ["nor to one whose channel is gone", { subscriptions: [deviceOn("iOS", { channel: null })] }, []],
  ["nor over a channel that is not served", { isServed: () => false }, []],
  [
    "of two with one channel the one that was begun with",
    {
      subscriptions: [
        deviceOn("iOS", { id: subscriptionId("newer"), expiresAt: now + 90_000_000 }),
        deviceOn("iOS", { id: subscriptionId("begun") }),
      ],
      entry: { subscriptionId: subscriptionId("begun") },
    },
    content("begun"),
  ],
])("told once more, by a message of either kind: %s", (_, standing, told) => {
  const sorted = (all: readonly (readonly string[])[]) => all.map((one) => one.join(" ")).sort();
  for (const plan of plansOf(standing)) {
    expect(sorted(plan.told as string[][])).toEqual(sorted(told));
    expect(plan.waitingUntil).toBeUndefined();
  }
});

test("the others of the same message are done as ever", () => {
  expect(plansOf({ entry: {}, again: ["tag of iOS"] })).toEqual([
    { told: content("iOS"), waitingUntil: undefined },
    { told: content("iOS"), waitingUntil: undefined },
  ]);
  expect(plansOf({ entry: {}, again: [] })).toEqual([nobody, nobody]);
});

test.each([
  ["content", rings, ["Windows", "iOS", "Android", "WebPush"]],
  ["a change", read, ["Windows", "iOS", "Android"]],
] as const)(
  "who was asked to wait for %s is not told before, once more neither: its own message comes then",
  (_, notification, all) => {
    const entry = { outcome: "busy", notBefore: now + 9 } as const;
    const plans = plansOf({ notification, entry });
    expect(plans.map(({ told }) => told)).toEqual([[], []]);
    expect(plans.map(({ waitingUntil }) => waitingUntil)).toContain(now + 9);
    const due = plansOf({ notification, entry: { ...entry, notBefore: now } });
    for (const { told } of due) expect(told.map(([, id]) => id).sort()).toEqual([...all].sort());
  },
);

const notifications = fc
  .record({
    platformTypes: fc.subarray([...platformTypes], { minLength: 1 }),
    status: fc.constantFrom("active", "updated", "deleted"),
    readState: fc.constantFrom(...readStates),
    userActionState: fc.constantFrom(...userActionStates),
    payload: fc.constantFrom({ rawContent: "r" }, { visualContent: { title: "t" } }),
  })
  .map((changes) => notificationWith({ version, ...changes }));
const tags = fc.subarray(everyDevice.map(({ channelTag }) => channelTag));

test("whatever became of it: no device is told twice in one run, a browser is never tapped, and who was told wrongly hears what a new device would", () => {
  fc.assert(
    fc.property(notifications, tags, (notification, again) => {
      const fresh = plansOf({ notification, again: [] })[0]?.told.map(([, id]) => id) ?? [];
      for (const { told } of plansOf({ notification, entry: {}, again })) {
        expect(new Set(told.map(([, id]) => id)).size).toBe(told.length);
        expect(told).not.toContainEqual(["tap", "WebPush"]);
        const rung = told.filter(([kind]) => kind === "content").map(([, id]) => id);
        expect(rung).toEqual(fresh.filter((id) => again.includes(`tag of ${id}`)));
      }
    }),
  );
});
