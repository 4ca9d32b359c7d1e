import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apnsMessage, payloadBytesMax } from "../../../../shared/channels/apns/message.ts";
import type { Attempt } from "../../../../shared/channels/channel.ts";
import {
  newNotificationId,
  type Notification,
  type VisualContent,
} from "../../../../shared/notification/notification.ts";
import type { Subscription } from "../../../../shared/subscription/subscription.ts";
import { anyCharacter } from "../../../support/any-character.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../../samples.ts";

const phone = (changes: Partial<Subscription> = {}): Subscription =>
  subscriptionWith({ platformType: "iOS", channel: channelOf("iOS"), ...changes });
const attemptAt = (notification: Partial<Notification>, more: Partial<Attempt> = {}): Attempt => ({
  kind: "content",
  notification: notificationWith(notification),
  subscription: phone(),
  credential: "default",
  isRepeat: false,
  ...more,
});
const composed = (...given: Parameters<typeof attemptAt>) => apnsMessage(attemptAt(...given), now);
const parsed = ({ body }: { readonly body: string }): Record<string, unknown> => JSON.parse(body) as never;
const drawn = (visualContent: VisualContent): Partial<Notification> => ({ payload: { visualContent } });

const marks = { newETag: "epoch.7", baseETag: "epoch.6" };
const tap = { aps: { "content-available": 1 }, changeType: "afsChangeNotification", ...marks };
const inAnHour = String(now / 1_000 + 3_600);

test("what Apple's page shows of an alert, with the tap's data where Apple has the app's own", () => {
  // "Generating a remote notification": title and body of a game's request beside the game's id.
  const { notificationId, changeType, newETag, baseETag, ...apple } = parsed(
    composed({ ...drawn({ title: "Game Request", body: "Bob wants to play poker", sound: "none" }) }),
  );
  expect(apple).toEqual({ aps: { alert: { title: "Game Request", body: "Bob wants to play poker" } } });
  expect({ changeType, newETag, baseETag }).toEqual({ changeType: "afsChangeNotification", ...marks });
  expect(notificationId).toMatch(/^[0-9a-f-]{36}$/);
});

test("what Apple's page shows of a background push, with the envelope where Apple has the app's own", () => {
  // "Pushing background updates to your App": content-available is all of aps.
  const message = composed({ groupName: "g", payload: { rawContent: "hello" } });
  expect(parsed(message)).toMatchObject({
    aps: { "content-available": 1 },
    changeType: "afsChange",
    ...marks,
    notification: { appNotificationId: "order-7", groupName: "g", payload: { rawContent: "hello" } },
  });
  expect(message.form).toBe("raw");
});

test.each([
  ["an alert", composed(drawn({ title: "t" })), { type: "alert", priority: "10" }],
  ["raw content", composed({}), { type: "background", priority: "5" }],
  ["raw content of high priority", composed({ priority: "High" }), { type: "background", priority: "5" }],
  ["a tap", composed({}, { kind: "tap" }), { type: "background", priority: "5" }],
])("the headers of %s are Apple's", (_, { headers }, { type, priority }) => {
  expect(headers).toEqual({
    "apns-id": expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string,
    "apns-topic": "com.contoso.app",
    "apns-push-type": type,
    "apns-priority": priority,
    "apns-expiration": inAnHour,
    "apns-collapse-id": expect.stringMatching(/^[\w-]{43}$/) as string,
  });
});

describe("what goes to whom", () => {
  test("visual content is drawn by the system, whatever the subscription asks for and though there is raw content", () => {
    for (const notificationType of ["NotificationOnly", "NotificationWithPayload"] as const) {
      const payload = { rawContent: "raw", visualContent: { title: "t" } };
      const message = composed({ payload, groupName: "g" }, { subscription: phone({ notificationType }) });
      expect(message.form).toBe("visual");
      expect(parsed(message)).toMatchObject({ aps: { alert: { title: "t" }, sound: "default", "thread-id": "g" } });
      expect(message.body).not.toMatch(/raw|order-7|app\.contoso\.com|content-available/);
    }
  });

  test("raw content stays with us unless the subscription asks for it", () => {
    const message = composed({}, { subscription: phone({ notificationType: "NotificationOnly" }) });
    expect(parsed(message)).toEqual(tap);
    expect(message).toMatchObject({ form: "tap", tapBecause: "asked" });
  });

  test("a change of state is a tap at its own version, and is nobody's wish", () => {
    const message = composed({ ...drawn({ title: "t" }), version: 9 }, { kind: "tap" });
    expect(parsed(message)).toEqual({ ...tap, newETag: "epoch.9", baseETag: "epoch.8" });
    expect(message).not.toHaveProperty("tapBecause");
  });

  test("the fallback draws its own content in the place of what came before", () => {
    const fallback = { delaySeconds: 60, visualContent: { title: "You missed it" } };
    const notification = { id: newNotificationId(now), payload: { rawContent: "raw" }, fallback };
    const message = composed(notification, { kind: "fallback" });
    expect(parsed(message)).toMatchObject({ aps: { alert: { title: "You missed it" }, sound: "default" }, ...marks });
    expect(message.headers).toMatchObject({ "apns-push-type": "alert", "apns-priority": "10" });
    expect(message.headers["apns-collapse-id"]).toBe(composed(notification).headers["apns-collapse-id"]);
    expect(message.headers["apns-id"]).not.toBe(composed(notification).headers["apns-id"]);
  });

  test("extras: picture and link go beside aps, the picture wakes the app's extension, the number goes on the icon", () => {
    const visual = { title: "t", imageUrl: "https://a/b.png", actionUrl: "app://open", sound: "ding.caf", badge: 0 };
    expect(parsed(composed(drawn(visual)))).toMatchObject({
      aps: { alert: { title: "t" }, sound: "ding.caf", badge: 0, "mutable-content": 1 },
      imageUrl: "https://a/b.png",
      actionUrl: "app://open",
    });
    expect(parsed(composed(drawn({ title: "t" }))).aps).toEqual({ alert: { title: "t" }, sound: "default" });
  });
});

describe("how long it lives", () => {
  const over = { ...drawn({ title: "t" }), displayUntil: now - 1 };

  test("an alert to the end of its display, content and taps to the notification's end", () => {
    const displayUntil = now + 60_000;
    const expiration = (message: ReturnType<typeof composed>) => Number(message.headers["apns-expiration"]);
    expect(expiration(composed({ ...drawn({ title: "t" }), displayUntil }))).toBe(now / 1_000 + 60);
    expect(expiration(composed({ displayUntil }))).toBe(now / 1_000 + 3_600);
    expect(expiration(composed({ displayUntil }, { kind: "tap" }))).toBe(now / 1_000 + 3_600);
  });

  test("an alert whose display is over is tried once, and a second time not at all: its repeat is a tap", () => {
    expect(composed(over)).toMatchObject({ form: "visual", headers: { "apns-expiration": "0" } });
    expect(composed(over, { isRepeat: true })).toMatchObject({ form: "tap", tapBecause: "display-ended" });
    expect(composed(drawn({ title: "t" }), { isRepeat: true }).form).toBe("visual");
  });
});

describe("4,096 bytes", () => {
  const sizes = [
    ["raw content", (text: string): Partial<Notification> => ({ payload: { rawContent: text } }), "raw"],
    ["an alert", (text: string): Partial<Notification> => drawn({ title: "t", body: text }), "visual"],
  ] as const;
  test.each(sizes)("%s of exactly so many goes whole, one more goes as a tap", (_, content, form) => {
    for (const letter of ["x", "ž", "🦓", '"', "\n"]) {
      const letterBytes = Buffer.byteLength(JSON.stringify(letter)) - 2;
      const room = payloadBytesMax - composed(content("")).bytes;
      const fill = letter.repeat(Math.floor(room / letterBytes)) + "x".repeat(room % letterBytes);
      const full = composed(content(fill));
      expect(full).toMatchObject({ form, bytes: 4_096, bytesMax: 4_096 });
      expect(Buffer.byteLength(full.body)).toBe(4_096);
      const beyond = composed(content(`${fill}x`));
      expect(parsed(beyond)).toEqual(tap);
      expect(beyond).toMatchObject({
        form: "tap",
        tapBecause: "too-large",
        headers: { "apns-push-type": "background" },
      });
    }
  });
});

test("whatever is in it, a message is the same each time, valid, and within every limit", () => {
  const text = fc
    .tuple(fc.string({ unit: anyCharacter, maxLength: 20 }), fc.nat(150))
    .map(([some, times]) => some.repeat(times));
  const visual = fc.record({ title: text, body: text, badge: fc.nat(99_999) }, { requiredKeys: ["title"] });
  const notifications = fc.record({
    payload: fc.record({ rawContent: text, visualContent: visual }, { requiredKeys: [] }),
    fallback: fc.option(visual.map((visualContent) => ({ delaySeconds: 60, visualContent }))),
    groupName: fc.option(fc.string({ unit: anyCharacter, maxLength: 64 })),
    appNotificationId: fc.string({ unit: anyCharacter, minLength: 1, maxLength: 64 }),
    displayUntil: fc.integer({ min: now - 1_000, max: now + 1_000 }),
  });
  const attempts = fc.record({
    kind: fc.constantFrom("content", "tap", "fallback"),
    isRepeat: fc.boolean(),
    notificationType: fc.constantFrom("NotificationOnly", "NotificationWithPayload", "NoNotification"),
  });
  fc.assert(
    fc.property(notifications, attempts, (notification, { notificationType, ...more }) => {
      const subscription = phone({ notificationType, id: subscriptionId("iphone") });
      const attempt = attemptAt(notification, { ...more, subscription });
      const one = apnsMessage(attempt, now);
      expect(apnsMessage(structuredClone(attempt), now)).toEqual(one);
      expect(one.bytes).toBe(Buffer.byteLength(one.body));
      expect(one.bytes).toBeLessThanOrEqual(payloadBytesMax);
      expect(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(one.body))).toBe(one.body);
      const { aps } = parsed(one) as { aps: object };
      expect("alert" in aps).toBe(one.headers["apns-push-type"] === "alert");
      expect("content-available" in aps).toBe(one.headers["apns-push-type"] === "background");
      for (const value of Object.values(one.headers)) expect(value).toMatch(/^[\x21-\x7e]{1,64}$/);
    }),
    { numRuns: 100 },
  );
});
