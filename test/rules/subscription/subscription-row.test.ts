import type { FeedKey } from "../../../shared/feed-key.ts";
import { randomBytes } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { dataCipher, type DataCipher } from "../../../shared/data-keys.ts";
import {
  rowOf,
  subscriptionFrom,
  subscriptionIdOf,
  subscriptionOf,
  unsidOf,
  withoutChannel,
} from "../../../shared/subscription/subscription-row.ts";
import { newUnsid, type SubscriptionDraft, type WebPushChannel } from "../../../shared/subscription/subscription.ts";
import type { Row } from "../../../shared/storage/table.ts";
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
const reported: string[] = [];
const report = (sentence: string): void => void reported.push(sentence);
beforeEach(() => void (reported.length = 0));
const stored = { ...rowOf(feed, subscription, unsid, cipher), etag: "1" };

test("a subscription comes back from its row as it was, and its UNSID too", () => {
  expect(subscriptionOf(stored, cipher, report)).toEqual(subscription);
  expect(unsidOf(stored, cipher, report)).toBe(unsid);
});

test("a subscription without a name or a channel comes back without", () => {
  const bare = { ...subscription, displayName: null, channel: null };
  expect(subscriptionOf({ ...rowOf(feed, bare, unsid, cipher), etag: "1" }, cipher, report)).toEqual(bare);
});

test("neither the channel nor the UNSID can be read in the row", () => {
  const seen = JSON.stringify(stored);
  for (const secret of ["fcm.googleapis.com", "secret-path", browserKeys.auth, browserKeys.p256dh, unsid]) {
    expect(seen).not.toContain(secret);
  }
});

test("what a client calls its device comes back to the character, half a surrogate pair too, and no column holds it", () => {
  const odd = { ...subscription, deviceId: "\ud800'", displayName: "\udc00\u2028" };
  const row = rowOf(feed, odd, unsid, cipher);
  expect(subscriptionOf({ ...row, etag: "1" }, cipher, report)).toEqual(odd);
  for (const value of Object.values(row)) expect(String(value)).not.toMatch(/\p{Surrogate}/u);
});

test("a row whose key was taken away, or that was copied to another feed or device, counts as without a channel", () => {
  const others: [Row, DataCipher][] = [
    [stored, dataCipher([{ id: "k2", key: randomBytes(32) }])],
    [{ ...stored, partitionKey: "another" }, cipher],
    [{ ...stored, rowKey: "s_another" }, cipher],
  ];
  for (const [row, opener] of others) {
    const read = subscriptionOf({ ...row, etag: "1" }, opener, report);
    expect(read).toMatchObject({ channel: null, closedKeyId: "k1", deviceId: "device", expiresAt: now });
    expect(unsidOf({ ...row, etag: "1" }, opener, report)).toBeUndefined();
  }
  expect(reported).toHaveLength(6);
  expect(reported[0]).toContain('"k1"');
});

test("a channel that is gone is closed by no key, and what is known of a closed one is written to no row", () => {
  const gone = withoutChannel({ ...stored, etag: "1" });
  expect(subscriptionOf({ ...gone, etag: "2" }, cipher, report)).not.toHaveProperty("closedKeyId");
  expect(rowOf(feed, { ...subscription, channel: null, closedKeyId: "k0" }, unsid, cipher)).not.toHaveProperty(
    "closedKeyId",
  );
});

test.each([{ platformType: "Symbian" }, { about: "{" }, { about: '{"deviceId":7}' }, { expiresAt: "soon" }])(
  "a row with %j is left out, and reported without what it holds",
  (fault) => {
    expect(subscriptionOf({ ...stored, ...fault }, cipher, report)).toBeUndefined();
    expect(reported).toEqual(['A row of a subscription in the table "feeds" is malformed, and was left out.']);
  },
);

test("a row without its channel keeps all else, and its UNSID", () => {
  const row = { ...withoutChannel(stored), etag: "2" };
  expect(subscriptionOf(row, cipher, report)).toEqual({ ...subscription, channel: null });
  expect(unsidOf(row, cipher, report)).toBe(unsid);
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
