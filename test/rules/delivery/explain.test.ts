import { expect, test } from "vitest";
import { deliveriesOf, type Explainable } from "../../../shared/delivery/explain.ts";
import type { LedgerEntry } from "../../../shared/delivery/ledger.ts";
import type { Notification } from "../../../shared/notification/notification.ts";
import { entryWith } from "./entries.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";

const device = subscriptionWith({ id: subscriptionId("browser"), channelTag: "here", displayName: "Edge on laptop" });
type Case = {
  readonly notification?: Partial<Notification>;
  readonly subscriptions?: readonly Explainable[];
  readonly entry?: LedgerEntry;
  readonly tap?: LedgerEntry;
};

const explained = ({ notification = {}, subscriptions = [device], entry, tap }: Case) =>
  deliveriesOf({
    notification: notificationWith({ version: 7, contentVersion: 7, ...notification }),
    subscriptions,
    ledger: { content: entry ? { here: entry } : {}, tap: tap ? { here: tap } : {}, fallback: {} },
    isServed: (kind) => kind === "webpush",
    fetched: new Map(),
    now,
  });

const sentenceOf = (one: Case): string | undefined => explained(one)[0]?.explanation;

test.each<[string, Case, string]>([
  ["it was taken", { entry: entryWith() }, "Its push service took it at "],
  [
    "it is busy",
    { entry: entryWith({ outcome: "busy", reason: "503", notBefore: now + 5_000 }) },
    "(503); it is tried again at ",
  ],
  [
    "it was busy, and the user has read it since",
    { notification: { readState: "read" }, entry: entryWith({ outcome: "busy", notBefore: now + 5_000 }) },
    "it is not tried again: the user read it on a device.",
  ],
  [
    "it was refused",
    { entry: entryWith({ outcome: "rejected", reason: "400 BadTopic" }) },
    "refused it for good (400 BadTopic).",
  ],
  ["there was no time", { entry: entryWith({ outcome: "gave-up" }) }, "Given up"],
  [
    "it was held",
    { entry: entryWith({ outcome: "held", reason: "the origin is down", notBefore: now + 1 }) },
    "held back, not tried (the origin is down)",
  ],
  [
    "it was replaced, and the new content is on its way",
    { entry: entryWith({ told: 3 }) },
    "an earlier content, since replaced",
  ],
  ["its message has not come yet", {}, "Not tried: its message waits on the queue, or lies among the dead letters."],
  ["it was deleted", { notification: { status: "deleted" } }, "Not tried: it was deleted."],
  ["it was dismissed", { notification: { userActionState: "dismissed" } }, "Not tried: the user dismissed it"],
  [
    "its platform is no target",
    { notification: { platformTypes: ["iOS"] } },
    "Not tried: targetPolicy does not name its platform.",
  ],
  [
    "a browser is not given visual content",
    { notification: { payload: { visualContent: { title: "Hello" } } } },
    "Not tried: a browser is given rawContent only",
  ],
  [
    "it polls",
    { subscriptions: [{ ...device, notificationType: "NoNotification" }] },
    "Not tried: it subscribed with NoNotification",
  ],
  [
    "its channel cannot be opened",
    { subscriptions: [{ ...device, channel: null, closedKeyId: "k0" }] },
    "Not tried: its channel cannot be opened: it is sealed with the key k0, which DATA_KEYS lacks",
  ],
  ["its channel is gone", { subscriptions: [{ ...device, channel: null }] }, "said that the channel is gone"],
  [
    "its platform is not served",
    { subscriptions: [{ ...device, platformType: "iOS", channel: channelOf("iOS") }] },
    "this server does not push to its platform",
  ],
])("why a device rang, or did not: %s", (_, one, sentence) => {
  expect(sentenceOf(one)).toContain(sentence);
});

test("every attempt is told with the push service's own reason, the latest first, and the latest tap beside it", () => {
  const earlier = [{ outcome: "busy", reason: "429", at: now - 1_000 }] as const;
  const entry = entryWith({ attempts: 2, earlier });
  const tap = entryWith({ outcome: "rejected", reason: "400" });
  expect(explained({ entry, tap })).toMatchObject([
    {
      displayName: "Edge on laptop",
      outcome: "delivered",
      attempts: 2,
      earlierAttempts: [{ outcome: "busy", reason: "429" }],
      tap: { outcome: "rejected", reason: "400" },
    },
  ]);
});

test("a channel that was rung and is nobody's any more is told of, too", () => {
  const [left] = explained({ subscriptions: [], entry: entryWith() });
  expect(left).toMatchObject({ subscriptionId: device.id, platformType: null, outcome: "delivered" });
  expect(left?.explanation).toContain("It is no longer subscribed.");
  const [renewed, former] = explained({ subscriptions: [{ ...device, channelTag: "new" }], entry: entryWith() });
  expect(renewed).toMatchObject({ outcome: "none", attempts: 0, lastAttemptDateTime: null });
  expect(former?.explanation).toContain("It has another channel now.");
});

test("no endpoint and no content is told", () => {
  const told = JSON.stringify(explained({ entry: entryWith() }));
  expect(told).not.toContain("https://");
  expect(told).not.toContain("rawContent");
});
