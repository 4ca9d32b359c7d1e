import fc from "fast-check";
import { expect, test } from "vitest";
import { webPushComposed, webPushMessage, webPushTap } from "../../../../shared/channels/webpush/message.ts";
import type { Notification } from "../../../../shared/notification/notification.ts";
import type { Subscription } from "../../../../shared/subscription/subscription.ts";
import { browserKeys, notificationId, notificationWith, now, subscriptionWith } from "../../samples.ts";

const at = (endpoint: string): Subscription =>
  subscriptionWith({ channel: { kind: "webpush", endpoint, keys: browserKeys } });
const google = at("https://fcm.googleapis.com/fcm/send/abc");
const mozilla = at("https://updates.push.services.mozilla.com/wpush/v2/abc");

type Envelope = { changeType: string; newETag: string; baseETag: string; notification?: unknown };
const sent = (notification: Notification, subscription = google): Envelope =>
  JSON.parse(webPushMessage(notification, subscription, { now }).text) as Envelope;
const withRaw = (rawContent: string): Notification => notificationWith({ payload: { rawContent } });

test("the envelope is the original's, with the raw content and with nothing that a browser is not told", () => {
  const notification = notificationWith({
    id: notificationId("0199-id"),
    groupName: "orders",
    createdAt: now + 250,
    payload: { rawContent: "ready", visualContent: { title: "Hello" } },
  });
  expect(webPushMessage(notification, google, { now }).text).toBe(
    JSON.stringify({
      changeType: "afsChange",
      newETag: "epoch.7",
      baseETag: "epoch.6",
      notification: {
        id: "0199-id",
        targetHostName: "app.contoso.com",
        appNotificationId: "order-7",
        groupName: "orders",
        priority: "None",
        creationDateTime: "2026-01-31T12:00:00.25Z",
        expirationDateTime: "2026-01-31T13:00:00Z",
        payload: { rawContent: "ready" },
      },
    }),
  );
});

const tap = { changeType: "afsChangeNotification", newETag: "epoch.7", baseETag: "epoch.6" };

test("a browser whose key is being retired is asked to subscribe anew, by one member beside the original's, within the same limit", () => {
  const notification = notificationWith();
  const sending = { now, isToResubscribe: true };
  const ask = JSON.parse(webPushMessage(notification, google, sending).text) as Record<string, unknown>;
  expect(ask).toEqual({ ...sent(notification), resubscribe: true });
  expect(JSON.parse(webPushTap(notificationWith(), sending).text)).toEqual({ ...tap, resubscribe: true });
  expect(sent(notification)).not.toHaveProperty("resubscribe");

  const frame = Buffer.byteLength(webPushMessage(withRaw(""), google, sending).text);
  for (const [bytes, changeType] of [
    [3_993, "afsChange"],
    [3_994, "afsChangeNotification"],
  ] as const) {
    const full = withRaw("x".repeat(bytes - frame));
    expect(JSON.parse(webPushMessage(full, google, sending).text)).toMatchObject({ changeType, resubscribe: true });
  }
  const composed = webPushComposed(
    notificationWith(),
    subscriptionWith({ notificationType: "NotificationOnly" }),
    sending,
  );
  expect(composed).toMatchObject({ form: "tap", tapBecause: "asked" });
});

test("a device that wants to be told only gets a tap, without content", () => {
  const subscription = subscriptionWith({ notificationType: "NotificationOnly" });
  expect(sent(notificationWith(), subscription)).toEqual(tap);
  expect(JSON.parse(webPushTap(notificationWith(), { now }).text)).toEqual(tap);
});

/** Raw content that makes the message exactly that many bytes long. */
const filling = (bytes: number): Notification => {
  const frame = Buffer.byteLength(webPushMessage(withRaw(""), google, { now }).text);
  return withRaw("x".repeat(bytes - frame));
};

test.each([
  ["any push service", google, 3_993],
  ["Mozilla's", mozilla, 2_600],
  ["Mozilla's elsewhere", at("https://eu.push.services.mozilla.com/x"), 2_600],
  ["one that only looks like Mozilla's", at("https://fcm.googleapis.com/.push.services.mozilla.com"), 3_993],
])("to %s content goes out up to its limit, and beyond it a tap: never cut", (_, subscription, bytesMax) => {
  const exact = webPushMessage(filling(bytesMax), subscription, { now }).text;
  expect(Buffer.byteLength(exact)).toBe(bytesMax);
  expect(JSON.parse(exact)).toMatchObject({ changeType: "afsChange" });
  expect(sent(filling(bytesMax + 1), subscription)).toEqual(tap);
});

/** Characters of one to four bytes, ones that JSON escapes, and half a pair. */
const characters = fc.constantFrom("x", "é", "€", "😀", '"', "\n", "\ud800");
const anyContent = fc.array(characters, { minLength: 1, maxLength: 2_000 }).map((parts) => parts.join(""));

test("whatever the content, a message is whole or a tap and fits the encrypted record", () => {
  fc.assert(
    fc.property(anyContent, (rawContent) => {
      const { text } = webPushMessage(withRaw(rawContent), google, { now });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3_993);
      const { changeType, notification } = JSON.parse(text) as Envelope;
      if (changeType === "afsChange") expect(notification).toMatchObject({ payload: { rawContent } });
      else expect(JSON.parse(text)).toEqual(tap);
    }),
  );
});

test.each([
  ["High", "high"],
  ["None", "normal"],
  ["Low", "low"],
] as const)("priority %s is urgency %s, for taps too", (priority, urgency) => {
  expect(webPushMessage(notificationWith({ priority }), google, { now }).urgency).toBe(urgency);
  expect(webPushTap(notificationWith({ priority }), { now }).urgency).toBe(urgency);
});

test.each([
  [60_000, 60],
  [60_999, 60],
  [1_000, 1],
  [999, 1],
  [0, 1],
  [-1, 1],
  [28 * 86_400_000, 2_419_200],
  [30 * 86_400_000, 2_419_200],
])("with %i ms left the message lives whole seconds, from 1 to 28 days: %i", (left, ttlSeconds) => {
  expect(webPushMessage(notificationWith({ expiresAt: now + left }), google, { now }).ttlSeconds).toBe(ttlSeconds);
});

test("raw content lives until the notification's end, whatever the display's", () => {
  expect(webPushMessage(notificationWith({ displayUntil: now }), google, { now }).ttlSeconds).toBe(3_600);
});

const topicOf = (changes: Partial<Notification>): string => webPushTap(notificationWith(changes), { now }).topic;

test("the topic is 32 base64url characters, one for each host name and appNotificationId", () => {
  const name = fc.string();
  fc.assert(
    fc.property(name, name, name, name, (targetHostName, appNotificationId, otherHost, otherId) => {
      const topic = topicOf({ targetHostName, appNotificationId });
      expect(topic).toMatch(/^[\w-]{32}$/);
      expect(topicOf({ targetHostName, appNotificationId, id: notificationId("x"), version: 9 })).toBe(topic);
      const isSame = targetHostName === otherHost && appNotificationId === otherId;
      expect(topicOf({ targetHostName: otherHost, appNotificationId: otherId }) === topic).toBe(isSame);
    }),
  );
});

test("content and its tap replace each other", () => {
  const { topic } = webPushMessage(notificationWith(), google, { now });
  expect(webPushTap(notificationWith(), { now }).topic).toBe(topic);
});
