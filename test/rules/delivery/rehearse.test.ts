import { expect, test } from "vitest";
import type { Composed } from "../../../shared/channels/channel.ts";
import { milliseconds } from "../../../shared/clock.ts";
import { rehearseDeliveries, rehearseFallback } from "../../../shared/delivery/rehearse.ts";
import { platformTypes, type Notification } from "../../../shared/notification/notification.ts";
import type { Subscription } from "../../../shared/subscription/subscription.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";

const deviceOf = (platformType: Subscription["platformType"], changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({
    id: subscriptionId(platformType),
    platformType,
    channel: channelOf(platformType),
    channelTag: `tag-${platformType}`,
    ...changes,
  });
const oneOfEach = platformTypes.map((platformType) => deviceOf(platformType));

const composed: Composed = { form: "visual", headers: {}, body: "b", bytes: 1, bytesMax: 2 };
const rehearsing = (
  notification: Notification,
  subscriptions: readonly Subscription[],
  { served = true, held = false, push = composed } = {},
) => {
  const asked: string[] = [];
  const compose = (kind: string, { id }: Subscription): Composed | undefined => {
    asked.push(`${kind} ${id}`);
    return push;
  };
  return { asked, notification, subscriptions, isServed: () => served, isHeld: () => held, compose, now };
};
const visual = { visualContent: { title: "t" } };
const explained = (rehearsed: ReturnType<typeof rehearseDeliveries>) =>
  rehearsed.map(({ subscriptionId: id, isTold, explanation }) => `${id} ${isTold}: ${explanation}`);

test("each device is told of, with what it would get, or with the reason why nothing; a push is composed for those alone who get one", () => {
  const devices = [
    ...oneOfEach,
    deviceOf("Android", { id: subscriptionId("polls"), notificationType: "NoNotification", channelTag: "p" }),
    deviceOf("iOS", { id: subscriptionId("gone"), channel: null, channelTag: "g" }),
  ];
  const notification = notificationWith({ payload: visual, platformTypes: ["iOS", "Android", "WebPush"] });
  const use = rehearsing(notification, devices);
  expect(explained(rehearseDeliveries(use))).toEqual([
    "Windows false: Not pushed to: targetPolicy does not name its platform.",
    "iOS true: The system draws it.",
    "Android true: The system draws it.",
    "WebPush false: Not pushed to: a browser is given rawContent only, and there is none.",
    "polls false: Not pushed to: it subscribed with NoNotification: it polls.",
    "gone false: Not pushed to: its push service said that the channel is gone, and the app has not subscribed anew.",
  ]);
  expect(use.asked).toEqual(["content iOS", "content Android"]);
  const nobody = rehearsing(notificationWith(), oneOfEach, { served: false });
  expect(new Set(rehearseDeliveries(nobody).map(({ explanation }) => explanation))).toEqual(
    new Set(["Not pushed to: this server does not push to its platform."]),
  );
  expect(nobody.asked).toEqual([]);
});

test.each<[string, Partial<Composed>]>([
  ["The system draws it.", { form: "visual" }],
  ["The app gets the content in the push.", { form: "raw" }],
  [
    "The app is told that there is something to fetch: raw content is in the push only for NotificationWithPayload.",
    { form: "tap", tapBecause: "asked" },
  ],
  [
    "The app is told that there is something to fetch: the content is larger than its platform takes.",
    { form: "tap", tapBecause: "too-large" },
  ],
])("%s", (explanation, push) => {
  const [one] = rehearseDeliveries(rehearsing(notificationWith(), oneOfEach, { push: { ...composed, ...push } }));
  expect(one).toMatchObject({ isTold: true, explanation, push });
});

test("one device of several subscriptions gets one push, by the one that lives longest", () => {
  const twice = [deviceOf("iOS", { expiresAt: now + 1 }), deviceOf("iOS", { id: subscriptionId("newer") })];
  expect(explained(rehearseDeliveries(rehearsing(notificationWith({ payload: visual }), twice)))).toEqual([
    "iOS false: Not pushed to: another subscription of the same device is, and it rings once.",
    "newer true: The system draws it.",
  ]);
});

test("a device is shown by what its user may know of it, and never by its address", () => {
  const [one] = rehearseDeliveries(rehearsing(notificationWith(), [deviceOf("Android", { displayName: "Pixel" })]));
  expect(one).toEqual({
    subscriptionId: "Android",
    platformType: "Android",
    displayName: "Pixel",
    notificationType: "NotificationWithPayload",
    channelState: "active",
    isTold: true,
    explanation: "The system draws it.",
    push: composed,
  });
});

test("what is due is held, composed all the same, while our credential is of no use", () => {
  const [one] = rehearseDeliveries(
    rehearsing(notificationWith({ payload: visual }), [deviceOf("iOS")], { held: true }),
  );
  const explanation = "Held until this server's credential for its platform is mended.";
  expect(one).toMatchObject({ isTold: false, explanation, push: composed });
});

const fallback = { delaySeconds: 60, visualContent: { title: "later" } };

test("a fallback's alert is due after its delay, on each iOS device that can be reached, and nowhere else", () => {
  const devices = [
    ...oneOfEach,
    deviceOf("iOS", { id: subscriptionId("twin") }),
    deviceOf("iOS", { id: subscriptionId("polls"), notificationType: "NoNotification", channelTag: "p" }),
  ];
  const use = rehearsing(notificationWith({ fallback }), devices);
  const { at, deliveries } = rehearseFallback(use) ?? { at: 0, deliveries: [] };
  expect(at).toBe(now + milliseconds.minute);
  expect(explained(deliveries)).toEqual([
    "iOS true: The system draws it, unless the app has fetched the notification by then, or it was seen to, deleted or replaced.",
    "twin false: Not pushed to: another subscription of the same device is, and it rings once.",
    "polls false: Not pushed to: it subscribed with NoNotification: it polls.",
  ]);
  expect(use.asked).toEqual(["fallback iOS"]);
});

test("an alert that is too large goes as a tap, and says so", () => {
  const push: Composed = { ...composed, form: "tap", tapBecause: "too-large" };
  const use = rehearsing(notificationWith({ fallback }), oneOfEach, { push });
  expect(explained(rehearseFallback(use)?.deliveries ?? [])[0]).toMatch(
    /^iOS true: The app is told that there is something to fetch: the content is larger .* takes, unless the app has fetched/,
  );
});

test("without a fallback there is none, and one that the notification's end forestalls reaches nobody", () => {
  expect(rehearseFallback(rehearsing(notificationWith(), oneOfEach))).toBeNull();
  const short = notificationWith({ fallback, expiresAt: now + milliseconds.minute });
  expect(explained(rehearseFallback(rehearsing(short, oneOfEach))?.deliveries ?? [])).toEqual([
    "iOS false: Not pushed to: the notification ends before the delay is over.",
  ]);
});
