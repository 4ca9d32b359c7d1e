import fc from "fast-check";
import { expect, test } from "vitest";
import { nothingTold, type LedgerEntry, type Told } from "../../../shared/delivery/ledger.ts";
import { planDeliveries } from "../../../shared/delivery/plan.ts";
import { platformTypes, type Notification, type PlatformType } from "../../../shared/notification/notification.ts";
import { notificationTypes, type Subscription } from "../../../shared/subscription/subscription.ts";
import { notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";
import { entryWith, withRun } from "./entries.ts";

const isServed = (): boolean => true;

const nobodyAgain: ReadonlySet<string> = new Set();
/** What is the same in most of these: every channel is served, nobody is told once more. */
const usual = { again: nobodyAgain, isServed, now };

type Standing = {
  readonly notification?: Partial<Notification>;
  readonly subscription?: Partial<Subscription>;
  readonly entry?: LedgerEntry;
};
/** What is planned for one browser: "due", the time it has to wait for, or "nobody". */
const planOf = ({ notification, subscription, entry }: Standing): "due" | "nobody" | number => {
  const one = subscriptionWith(subscription);
  const ledger = { ...nothingTold, content: entry ? { tag: entry } : {} };
  const standing = { ...usual, subscriptions: [one], ledger };
  const { due, waitingUntil } = planDeliveries({ ...standing, notification: notificationWith(notification) });
  return due.length > 0 ? "due" : (waitingUntil ?? "nobody");
};

const visual = { visualContent: { title: "Hello" } };

test.each<[string, Standing, "due" | "nobody" | number]>([
  ["a live browser that heard nothing yet is due", {}, "due"],
  ["a device without a channel is left out", { subscription: { channel: null } }, "nobody"],
  ["a device that polls is left out", { subscription: { notificationType: "NoNotification" } }, "nobody"],
  ["a device that wants taps is due", { subscription: { notificationType: "NotificationOnly" } }, "due"],
  ["a platform outside the policy is left out", { notification: { platformTypes: ["iOS", "Windows"] } }, "nobody"],
  ["visual content alone reaches no browser", { notification: { payload: visual } }, "nobody"],
  ["raw beside visual content reaches a browser", { notification: { payload: { ...visual, rawContent: "r" } } }, "due"],
  [
    "visual content alone reaches another platform",
    { notification: { payload: visual }, subscription: { platformType: "iOS" } },
    "due",
  ],
  ["what has expired rings nowhere", { notification: { expiresAt: now } }, "nobody"],
  ["what the user has read rings nowhere", { notification: { readState: "read" } }, "nobody"],
  ["what the user dismissed rings nowhere", { notification: { userActionState: "dismissed" } }, "nobody"],
  ["what was deleted rings nowhere", { notification: { status: "deleted" } }, "nobody"],
  ["what was replaced rings", { notification: { status: "updated" } }, "due"],
  ["what the user activated or snoozed, unread, rings", { notification: { userActionState: "snoozed" } }, "due"],
  ["what the ledger says delivered is not sent again", { entry: entryWith() }, "nobody"],
  ["what was refused for good is not sent again", { entry: entryWith({ outcome: "rejected" }) }, "nobody"],
  ["what was given up is not taken up again", { entry: entryWith({ outcome: "gave-up" }) }, "nobody"],
  ["newer content was delivered already", { entry: entryWith({ told: 8 }) }, "nobody"],
  ["newer content than was delivered starts over", { entry: entryWith({ told: 6 }) }, "due"],
  ["a new channel starts over", { subscription: { channelTag: "new" }, entry: entryWith() }, "due"],
  ["a busy device waits for its time", { entry: entryWith({ outcome: "busy", notBefore: now + 1 }) }, now + 1],
  ["a busy device whose time has come is due", { entry: entryWith({ outcome: "busy", notBefore: now }) }, "due"],
  [
    "newer content does not wait for what older content was told",
    { entry: entryWith({ outcome: "busy", notBefore: now + 1, told: 6 }) },
    "due",
  ],
  [
    "a new channel does not wait for what the old one was told",
    { subscription: { channelTag: "new" }, entry: entryWith({ outcome: "busy", notBefore: now + 1 }) },
    "due",
  ],
  [
    "a run that read older content than was tried meanwhile keeps that one's time",
    { entry: entryWith({ outcome: "busy", notBefore: now + 1, told: 8 }) },
    now + 1,
  ],
])("%s", (_, standing, planned) => {
  expect(planOf(standing)).toBe(planned);
});

test("of many devices each has its own plan, and the earliest of those that wait sets the time", () => {
  const named = (id: string) => subscriptionWith({ id: subscriptionId(id), channelTag: id });
  const subscriptions = ["done", "early", "late", "new"].map(named);
  const content = {
    done: entryWith(),
    early: entryWith({ outcome: "busy", notBefore: now + 10 }),
    late: entryWith({ outcome: "misconfigured", notBefore: now + 20 }),
    unsubscribed: entryWith({ outcome: "busy", notBefore: now + 5 }),
  };
  const ledger = { ...nothingTold, content };
  const plan = planDeliveries({ ...usual, notification: notificationWith(), subscriptions, ledger });
  expect(plan.due).toEqual([{ kind: "content", subscription: named("new") }]);
  expect(plan.waitingUntil).toBe(now + 10);
});

test("nobody subscribed: nobody is due and nobody waits", () => {
  const standing = { ...usual, notification: notificationWith(), subscriptions: [], ledger: nothingTold };
  expect(planDeliveries(standing)).toEqual({ due: [], waitingUntil: undefined });
});

type Contents = "visual" | "raw" | "both";
const payloads = {
  visual,
  raw: { rawContent: "r" },
  both: { ...visual, rawContent: "r" },
} satisfies Record<Contents, Notification["payload"]>;

/** Contract 5, the rows of new content. */
const reached: Readonly<Record<PlatformType, readonly Contents[]>> = {
  Windows: ["visual", "raw", "both"],
  Android: ["visual", "raw", "both"],
  iOS: ["visual", "raw", "both"],
  WebPush: ["raw", "both"],
};

test.each(platformTypes)(
  "%s is reached by the content that its column of the contract names, and no other",
  (platformType) => {
    const planned = (Object.keys(payloads) as Contents[]).filter(
      (content) => planOf({ notification: { payload: payloads[content] }, subscription: { platformType } }) === "due",
    );
    expect(planned).toEqual(reached[platformType]);
  },
);

test("a device whose channel is not served yet is left out, neither due nor waiting", () => {
  const one = subscriptionWith();
  const waiting = { tag: entryWith({ outcome: "busy", notBefore: now + 10 }) };
  for (const content of [{}, waiting]) {
    const ledger = { ...nothingTold, content };
    const standing = { ...usual, notification: notificationWith(), subscriptions: [one], ledger };
    const plan = planDeliveries({ ...standing, isServed: (kind) => kind !== "webpush" });
    expect(plan).toEqual({ due: [], waitingUntil: undefined });
  }
});

type Planned = { readonly due: readonly string[]; readonly waitingUntil: number | undefined };
/** Who is due of these devices, all of one channel, and until when they wait. */
const planOfOne = (devices: readonly Subscription[], entry?: LedgerEntry): Planned => {
  const ledger = { ...nothingTold, content: entry ? { tag: entry } : {} };
  const standing = { ...usual, notification: notificationWith(), subscriptions: devices, ledger };
  const { due, waitingUntil } = planDeliveries(standing);
  return { due: due.map(({ subscription }) => subscription.id), waitingUntil };
};
const device = (id: string, changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({ id: subscriptionId(id), ...changes });
const [older, newer, equal] = [device("b"), device("c", { expiresAt: now + 90_000_000 }), device("a")];
const nobody = { due: [], waitingUntil: undefined };
const only = (id: string) => ({ due: [id], waitingUntil: undefined });
const of = (id: string, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  entryWith({ subscriptionId: subscriptionId(id), ...changes });
const waits = { outcome: "busy", notBefore: now + 1 } as const;
const isDue = { outcome: "busy", notBefore: now } as const;

test.each<[string, Planned, Planned]>([
  ["the one that lives longest is rung", planOfOne([older, newer, equal]), only("c")],
  ["of equals the first by its id", planOfOne([older, equal]), only("a")],
  ["what one got is not sent to another", planOfOne([older, newer], of("b")), nobody],
  ["nor when the one that got it is there no more", planOfOne([newer], of("b")), nobody],
  ["the one that was begun with goes on", planOfOne([older, newer], of("b", isDue)), only("b")],
  ["nobody goes before it", planOfOne([older, newer], of("b", waits)), { due: [], waitingUntil: now + 1 }],
  ["another goes on where it ended", planOfOne([newer], of("b", waits)), { due: [], waitingUntil: now + 1 }],
  ["and in its time", planOfOne([newer, equal], of("b", isDue)), only("c")],
  ["newer content begins with the one that lives longest", planOfOne([older, newer], of("b", { told: 6 })), only("c")],
  ["one that polls is no hindrance", planOfOne([older, { ...newer, notificationType: "NoNotification" }]), only("b")],
  ["one whose channel was forgotten neither", planOfOne([older, { ...newer, channel: null }]), only("b")],
  [
    "two channels are two devices",
    planOfOne([older, { ...newer, channelTag: "another" }]),
    { ...nobody, due: ["b", "c"] },
  ],
])("of several subscriptions with one channel: %s", (_, plan, expected) => {
  expect(plan).toEqual(expected);
});

const ids = ["a", "b", "c", "d", "e"] as const;
const deviceOf = fc.record({
  id: fc.constantFrom(...ids).map(subscriptionId),
  channelTag: fc.constantFrom("phone", "laptop"),
  notificationType: fc.constantFrom(...notificationTypes),
  expiresAt: fc.constantFrom(now + 86_400_000, now + 90_000_000),
});
const runs = fc.array(
  fc.record({
    subscriptions: fc
      .uniqueArray(deviceOf, { selector: ({ id }) => id })
      .map((all) => all.map((one) => subscriptionWith(one))),
    isBusy: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test("whatever subscribes, goes, or changes its channel between the runs: once in a run, and never after a finished one, and nobody is forgotten", () => {
  fc.assert(
    fc.property(runs, (all) => {
      let ledger = nothingTold;
      const finished = new Set<string>();
      for (const [index, { subscriptions, isBusy }] of all.entries()) {
        const at = now + index;
        const plan = planDeliveries({ ...usual, notification: notificationWith(), subscriptions, ledger, now: at });
        const due = plan.due.map(({ subscription }) => subscription);
        const rung = due.map(({ channelTag }) => channelTag);
        const wanting = subscriptions.filter(({ notificationType }) => notificationType !== "NoNotification");
        const open = new Set(wanting.map(({ channelTag }) => channelTag).filter((tag) => !finished.has(tag)));
        expect([...rung].sort()).toEqual([...open].sort());
        expect(due.every(({ notificationType }) => notificationType !== "NoNotification")).toBe(true);
        if (!isBusy) for (const tag of rung) finished.add(tag);
        const said = isBusy ? ({ outcome: "busy", notBefore: at } as const) : {};
        const ran = due.map(({ id, channelTag }) => [channelTag, entryWith({ subscriptionId: id, at, ...said })]);
        ledger = withRun(ledger, { content: Object.fromEntries(ran) as Told["content"] });
      }
    }),
  );
});
