import type { FeedKey } from "../../../shared/feed-key.ts";
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { dataCipher } from "../../../shared/data-keys.ts";
import {
  rowOf,
  subscriptionFrom,
  subscriptionIdOf,
  subscriptionOf,
  unsidOf,
} from "../../../shared/subscription/subscription-row.ts";
import { newUnsid, type SubscriptionDraft, type WebPushChannel } from "../../../shared/subscription/subscription.ts";
import { browserKeys, feed, now } from "../samples.ts";

const cipher = dataCipher([{ id: "k1", key: randomBytes(32) }]);
const draft: SubscriptionDraft = {
  targetHostName: "app.contoso.com",
  platformType: "WebPush",
  deviceId: "device",
  displayName: "Edge on laptop",
  notificationType: "NotificationOnly",
  channel: { kind: "webpush", endpoint: "https://fcm.googleapis.com/secret-path", keys: browserKeys },
  channelExpiresAt: null,
};
const subscription = subscriptionFrom(draft, subscriptionIdOf(feed, draft.deviceId), now);
const unsid = newUnsid();
const stored = { ...rowOf(feed, subscription, unsid, cipher), etag: "1" };

test("a subscription comes back from its row as it was, and its UNSID too", () => {
  expect(subscriptionOf(stored, cipher)).toEqual(subscription);
  expect(unsidOf(stored, cipher)).toBe(unsid);
});

test("a subscription without a name or a channel comes back without", () => {
  const bare = { ...subscription, displayName: null, channel: null };
  expect(subscriptionOf({ ...rowOf(feed, bare, unsid, cipher), etag: "1" }, cipher)).toEqual(bare);
});

test("neither the channel nor the UNSID can be read in the row", () => {
  const seen = JSON.stringify(stored);
  for (const secret of ["fcm.googleapis.com", "secret-path", browserKeys.auth, browserKeys.p256dh, unsid]) {
    expect(seen).not.toContain(secret);
  }
});

test("a row copied to another feed or device does not open", () => {
  const moved = [
    { ...stored, partitionKey: "another" },
    { ...stored, rowKey: "s_another" },
  ];
  for (const row of moved) {
    expect(() => subscriptionOf(row, cipher)).toThrow();
    expect(() => unsidOf(row, cipher)).toThrow();
  }
});

test("a device keeps its id in a feed, no two feeds share one, and another channel has another tag", () => {
  expect(subscriptionIdOf(feed, "device")).toBe(subscription.id);
  expect(subscriptionIdOf(feed, "Device")).not.toBe(subscription.id);
  expect(subscriptionIdOf("another" as FeedKey, "device")).not.toBe(subscription.id);
  const again = subscriptionFrom({ ...draft, displayName: null }, subscription.id, now + 1);
  expect(again.channelTag).toBe(subscription.channelTag);
  const keys = { ...browserKeys, auth: "AAAAAAAAAAAAAAAAAAAAAA" };
  const renewed = subscriptionFrom(
    { ...draft, channel: { ...(draft.channel as WebPushChannel), keys } },
    subscription.id,
    now,
  );
  expect(renewed.channelTag).not.toBe(subscription.channelTag);
});

test("a UNSID is at least 128 random bits, safe in a header", () => {
  const unsids = Array.from({ length: 100 }, newUnsid);
  expect(new Set(unsids).size).toBe(100);
  for (const one of unsids) expect(one).toMatch(/^[\w-]{43}$/);
});
