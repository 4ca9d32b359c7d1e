import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { registeredAppSchema } from "../../../shared/auth/app-registry.ts";
import { apnsMessage } from "../../../shared/channels/apns/message.ts";
import type { Composed } from "../../../shared/channels/channel.ts";
import { contentEnvelope, tapEnvelope } from "../../../shared/channels/envelope.ts";
import { fcmComposed, fcmPush } from "../../../shared/channels/fcm/message.ts";
import { webPushComposed } from "../../../shared/channels/webpush/message.ts";
import { wnsComposed } from "../../../shared/channels/wns/message.ts";
import { platformTypes } from "../../../shared/notification/notification.ts";
import { parseNotification } from "../../../shared/notification/parse-notification.ts";
import { parseSubscription } from "../../../shared/subscription/parse-subscription.ts";
import { knownPushHosts } from "../../../shared/subscription/push-hosts.ts";
import { channelOf, notificationId, notificationWith, now, subscriptionWith, vapidKeys } from "../samples.ts";

const page = readFileSync(new URL("../../../shared/channels/README.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));
const jsonBlocks = blocks.filter(({ language }) => language === "json").map(({ text }) => JSON.parse(text) as object);
const having = (member: string): object[] => jsonBlocks.filter((block) => member in block);
const only = (member: string): object => {
  const [one, ...others] = having(member);
  if (!one || others.length > 0) throw new Error(`The page has not one example with ${member}.`);
  return one;
};

/** The page's own notification, as the feed of its examples has it. */
const posted = () => {
  const draft = parseNotification(only("payload"), now);
  const id = notificationId("019f3c2a-7d10-7b62-9c55-0d6f3a1b8e42");
  return notificationWith({ ...draft, id, epoch: "c2hvcnQtZXBv", version: 42, contentVersion: 42 });
};
const attemptAt = (platformType: (typeof platformTypes)[number]) => {
  const subscription = subscriptionWith({ platformType, channel: channelOf(platformType) });
  return { kind: "content" as const, notification: posted(), subscription, credential: "default", isRepeat: false };
};
const onWindows = (): Composed | undefined => wnsComposed(attemptAt("Windows"), now);
const onIos = (): Composed => apnsMessage(attemptAt("iOS"), now);
const onAndroid = (): Composed => {
  const attempt = attemptAt("Android");
  const { channel } = attempt.subscription;
  if (channel?.kind !== "fcm") throw new Error("An Android phone has another channel.");
  return fcmComposed(fcmPush(attempt, channel, now));
};
const inBrowser = (): Composed => {
  const { notification, subscription } = attemptAt("WebPush");
  return webPushComposed(notification, subscription, { now });
};

test("each example of JSON on the page is one that is held against the code here", () => {
  const held = ["channel", "payload", "aps", "message", "changeType", "senders"];
  expect(jsonBlocks.length).toBe(10);
  for (const block of jsonBlocks)
    expect(
      held.some((member) => member in block),
      JSON.stringify(block),
    ).toBe(true);
});

test("each platform's request to subscribe is one that is taken", () => {
  const circumstances = { pushHosts: { allowed: knownPushHosts, extra: [] }, vapidKeys, now };
  const subscribed = having("channel").map((body) => parseSubscription(body, circumstances).platformType);
  expect(subscribed.toSorted()).toEqual([...platformTypes].toSorted());
});

test("what an iPhone, an Android phone and a PC get of the page's notification is what they are sent, to the letter", () => {
  expect(JSON.parse(onIos().body)).toEqual(only("aps"));
  expect(JSON.parse(onAndroid().body)).toEqual(only("message"));
  const [toast] = blocks.filter(({ language }) => language === "xml");
  expect(onWindows()?.body).toBe(toast?.text.trim());
  expect([onIos().form, onAndroid().form, onWindows()?.form, inBrowser().form]).toEqual([
    "visual",
    "visual",
    "visual",
    "raw",
  ]);
});

test("the envelopes are those that apps are run with", () => {
  const envelopes = having("changeType").filter((block) => !("aps" in block));
  expect(envelopes).toEqual([contentEnvelope(posted()), tapEnvelope(posted(), "tap")]);
});

test("the tags that the samples compute are those of the toasts", () => {
  const hash = createHash("sha256").update('["topic","app.contoso.com","order-7"]');
  const digest = hash.digest();
  expect(onWindows()?.headers["x-wns-tag"]).toBe(digest.toString("hex").slice(0, 16));
  expect(onAndroid().body).toContain(`"tag":"${digest.toString("base64url").slice(0, 32)}"`);
  for (const { text } of blocks.filter(({ language }) => ["kotlin", "csharp"].includes(language))) {
    expect(text.replaceAll("\\", "")).toMatch(/\["topic","[^"]*Host[^"]*","[^"]*appNotificationId[^"]*"\]/i);
  }
});

test("the largest sizes are the platforms'", () => {
  for (const composed of [onWindows(), onIos(), onAndroid(), inBrowser()]) {
    expect(page).toContain(composed?.bytesMax.toLocaleString("en-US"));
  }
});

test("the registry's row is one that is taken", () => {
  expect(registeredAppSchema.parse(only("senders")).credentials).toEqual({ apns: "contoso", fcm: "contoso" });
});

test("there is a sample for each system, each short", () => {
  const samples = blocks.filter(({ language }) => ["swift", "kotlin", "csharp"].includes(language));
  expect(samples.map(({ language }) => language)).toEqual(["swift", "kotlin", "csharp"]);
  for (const { text, language } of samples) expect(text.split("\n").length, language).toBeLessThanOrEqual(60);
});
