import { expect, test } from "vitest";
import type { FcmMessage } from "../../../../shared/channels/fcm/fcm-message.ts";
import { fcmComposed, fcmPush, fcmTap, type FcmAttempt } from "../../../../shared/channels/fcm/message.ts";
import type { Notification } from "../../../../shared/notification/notification.ts";
import { notificationId, now } from "../../samples.ts";
import { attemptWith, phone, phoneWith } from "./samples.ts";

const push = (notification: Partial<Notification> = {}, more: Partial<FcmAttempt> = {}) =>
  fcmPush(attemptWith(notification, more), phone, now);
const messageOf = (notification: Partial<Notification> = {}, more: Partial<FcmAttempt> = {}): FcmMessage =>
  push(notification, more).message;

const id = notificationId("019c0f0e-3000-7000-8000-000000000001");
const visual = { payload: { visualContent: { title: "Hello World!", body: "Notifications are great" } } } as const;
const marks = { newETag: "epoch.7", baseETag: "epoch.6" };
const tapData = { changeType: "afsChangeNotification", ...marks };
const asksForTaps = { subscription: phoneWith({ notificationType: "NotificationOnly" }) };

test("what Google's page shows of a notification message, with the tap's data where Google has the app's own", () => {
  // https://firebase.google.com/docs/cloud-messaging/customize-messages/set-message-type: a match's title and body beside the data of a game.
  const shown = { title: "Portugal vs. Denmark", body: "great match!" };
  const { notification, data } = messageOf({ payload: { visualContent: shown }, id });
  expect({ notification, data }).toEqual({ notification: shown, data: { ...tapData, notificationId: id } });
});

test("visual content is a notification message that the system draws, with the tap and its id beside it", () => {
  const { form, message } = push({ ...visual, id, groupName: "orders" });
  expect(form).toBe("visual");
  expect(message).toEqual({
    notification: { title: "Hello World!", body: "Notifications are great" },
    android: {
      priority: "HIGH",
      ttl: "3600s",
      collapse_key: expect.stringMatching(/^[\w-]{32}$/),
      restricted_package_name: "com.contoso.app",
      notification: { tag: message.android.collapse_key, sound: "default" },
    },
    data: { ...tapData, notificationId: id, groupName: "orders" },
  });
});

test("visual content is drawn whatever the device asked for, and raw content beside it stays with us", () => {
  const both = { payload: { ...visual.payload, rawContent: "secret" } };
  const { form, message } = push(both, asksForTaps);
  expect(form).toBe("visual");
  expect(JSON.stringify(message)).not.toContain("secret");
});

test("a picture, what a tap opens, a sound and a badge go where Android has them", () => {
  const extras = {
    imageUrl: "https://contoso.com/a.png",
    actionUrl: "contoso:order/7",
    sound: "bell",
    badge: 3,
  };
  const message = messageOf({ payload: { visualContent: { title: "Hello", ...extras } } });
  expect(message.notification).toEqual({ title: "Hello", image: "https://contoso.com/a.png" });
  expect(message.android.notification).toMatchObject({ sound: "bell", notification_count: 3 });
  expect(message.data).toMatchObject({ actionUrl: "contoso:order/7" });
});

test('the sound "none" is no sound, and a badge of 0 leaves the launcher to count', () => {
  const { android } = messageOf({ payload: { visualContent: { title: "Hello", sound: "none", badge: 0 } } });
  expect(android.notification).toEqual({ tag: android.collapse_key });
});

test("raw content is a data message of strings, the content as JSON text, to a device that asked for content", () => {
  const { form, message } = push({ id, groupName: "orders" });
  expect(form).toBe("raw");
  expect(message).not.toHaveProperty("notification");
  const { notification, ...others } = message.data;
  expect(others).toEqual({ changeType: "afsChange", ...marks });
  expect(JSON.parse(notification ?? "")).toMatchObject({
    id,
    appNotificationId: "order-7",
    groupName: "orders",
    payload: { rawContent: "your order is ready" },
  });
});

test("raw content is a tap to a device that asked for taps", () => {
  expect(push({}, asksForTaps)).toMatchObject({ form: "tap", tapBecause: "asked", message: { data: tapData } });
});

test("a change of state is a tap of the version it made, whatever the content, and nothing more", () => {
  const { form, tapBecause, message } = push({ ...visual, version: 9 }, { kind: "tap" });
  expect([form, tapBecause]).toEqual(["tap", undefined]);
  expect(message.data).toEqual({ changeType: "afsChangeNotification", newETag: "epoch.9", baseETag: "epoch.8" });
});

test("a visual notification whose time is over is drawn at the first attempt, now or never; a repeat is a tap", () => {
  const over = { ...visual, displayUntil: now };
  expect(push(over)).toMatchObject({ form: "visual", message: { android: { ttl: "0s" } } });
  expect(push(over, { isRepeat: true })).toMatchObject({
    form: "tap",
    tapBecause: "display-ended",
    message: { android: { ttl: "3600s", priority: "NORMAL" }, data: tapData },
  });
  expect(push(visual, { isRepeat: true })).toMatchObject({ form: "visual" });
});

test.each([
  ["visual content", { ...visual, priority: "Low" }, {}, "HIGH"],
  ["raw content", { priority: "High" }, {}, "HIGH"],
  ["raw content", { priority: "None" }, {}, "NORMAL"],
  ["raw content", { priority: "Low" }, {}, "NORMAL"],
  ["the tap that was asked for", { priority: "High" }, asksForTaps, "HIGH"],
  ["a change of state, which shows nothing,", { priority: "High" }, { kind: "tap" }, "NORMAL"],
  ["a change of a visual one's state", { ...visual, priority: "High" }, { kind: "tap" }, "NORMAL"],
] as const)("%s of %j goes out %s %s", (_what, notification, more, priority) => {
  expect(messageOf(notification, more).android.priority).toBe(priority);
});

test.each([
  [60_999, "60s"],
  [999, "0s"],
  [-1, "0s"],
  [30 * 86_400_000, "2419200s"],
])("with %i ms left FCM keeps it for whole seconds, from 0 to four weeks: %s", (left, ttl) => {
  expect(messageOf({ expiresAt: now + left }).android.ttl).toBe(ttl);
  expect(messageOf({ expiresAt: now + left }, { kind: "tap" }).android.ttl).toBe(ttl);
});

test("visual content is kept for as long as it may be shown, raw content to its end", () => {
  const displayUntil = now + 5_000;
  expect(messageOf({ ...visual, displayUntil }).android.ttl).toBe("5s");
  expect(messageOf({ displayUntil }).android.ttl).toBe("3600s");
});

test("all that is about one notification has one collapse key, and nobody reads its names out of it", () => {
  const keyOf = (more: Partial<Notification>, kind: "content" | "tap" = "content"): string =>
    messageOf(more, { kind }).android.collapse_key;
  expect(keyOf(visual)).toBe(keyOf({}, "tap"));
  expect(keyOf({ id, version: 12 })).toBe(keyOf({}));
  expect(keyOf({ appNotificationId: "order-8" })).not.toBe(keyOf({}));
  expect(keyOf({ targetHostName: "other.contoso.com" })).not.toBe(keyOf({}));
  for (const kind of ["content", "tap"] as const) {
    expect(JSON.stringify(messageOf({ ...visual, groupName: "orders" }, { kind }))).not.toMatch(
      /order-7|app\.contoso\.com/,
    );
  }
});

/** Counted anew, one by one: 39 for the message, 6 for each entry. */
const counted = (entries: Readonly<Record<string, string>>): number =>
  Object.entries(entries).reduce((bytes, entry) => bytes + Buffer.byteLength(entry.join("")) + 6, 39);

test("counted are keys and values of data and notification, the collapse key and the package name", () => {
  const attempt = push({ ...visual, id });
  const { android, data } = attempt.message;
  expect(fcmComposed(attempt).bytes).toBe(
    counted({
      ...data,
      collapse_key: android.collapse_key,
      restricted_package_name: "com.contoso.app",
      "gcm.notification.title": "Hello World!",
      "gcm.notification.body": "Notifications are great",
      "gcm.notification.tag": android.collapse_key,
      "gcm.notification.sound": "default",
    }),
  );
});

const rawOf = (rawContent: string) => push({ payload: { rawContent } });
const visualOf = (body: string) => push({ payload: { visualContent: { title: "Hello", body } } });

test.each([
  ["raw content", rawOf, "raw"],
  ["visual content", visualOf, "visual"],
] as const)("%s of 4,096 bytes goes out whole, of one byte more as a tap", (_what, pushOf, form) => {
  const room = 4_096 - fcmComposed(pushOf("x")).bytes;
  const whole = pushOf("x".repeat(room + 1));
  expect(fcmComposed(whole)).toMatchObject({ form, bytes: 4_096, bytesMax: 4_096 });
  expect(pushOf("x".repeat(room + 2))).toMatchObject({
    form: "tap",
    tapBecause: "too-large",
    message: { data: tapData },
  });
  // A zebra is 4 bytes of UTF-8, and 2 characters.
  const zebras = "🦓".repeat(Math.floor((room + 1) / 4));
  expect(pushOf(zebras).form).toBe(form);
  expect(pushOf(`${zebras}🦓`).form).toBe("tap");
});

test("what is told of a push is what is sent, but for the token", () => {
  const attempt = push(visual);
  const composed = fcmComposed(attempt);
  expect(JSON.parse(composed.body)).toEqual({ message: attempt.message });
  expect(composed).toMatchObject({ form: "visual", headers: { "content-type": "application/json" } });
  expect(composed.body).not.toContain(phone.token);
});

test("the tap in place of content differs from the content in form and data alone", () => {
  const tapped = fcmTap(attemptWith(), phone, now);
  expect(tapped.message.android).toEqual(messageOf().android);
  expect(tapped.message.data).toEqual(tapData);
});

/** https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages */
const published = {
  message: ["notification", "android", "data"],
  notification: ["title", "body", "image"],
  android: ["collapse_key", "priority", "ttl", "restricted_package_name", "data", "notification", "direct_boot_ok"],
  drawn: [
    "title",
    "body",
    "icon",
    "color",
    "sound",
    "tag",
    "click_action",
    "channel_id",
    "notification_count",
    "image",
  ],
};
const all = { title: "t", body: "b", imageUrl: "https://c.com/i.png", actionUrl: "c:x", sound: "bell", badge: 1 };

test.each([
  ["visual", { payload: { visualContent: all }, groupName: "orders" }],
  ["raw", {}],
])(
  "a %s message has no member that Google's reference does not have, and no key in its data that is reserved",
  (_form, more) => {
    const message = messageOf(more);
    const { notification: drawn = {} } = message.android;
    const stray = (members: object, known: readonly string[]): string[] =>
      Object.keys(members).filter((name) => !known.includes(name));
    expect(stray(message, published.message)).toEqual([]);
    expect(stray(message.notification ?? {}, published.notification)).toEqual([]);
    expect(stray(message.android, published.android)).toEqual([]);
    expect(stray(drawn, published.drawn)).toEqual([]);
    for (const [key, value] of Object.entries(message.data)) {
      expect(key).not.toMatch(/^(from$|message_type$|google\.|gcm\.)/);
      expect(typeof value).toBe("string");
    }
  },
);
