import { expect, test } from "vitest";
import webpush from "web-push";
import { vapidKeys } from "../../../../shared/channels/webpush/vapid-keys.ts";
import { vapidKeyIdOf } from "../../../../shared/subscription/vapid-key.ts";
import { now } from "../../samples.ts";

const [current, previous] = [webpush.generateVAPIDKeys(), webpush.generateVAPIDKeys()];
const subject = "mailto:operator@contoso.com";
const clock = { now: () => now };
const boundTo = (publicKey: string, channelTag = "tag") => ({ channelTag, vapidKeyId: vapidKeyIdOf(publicKey) });

test("each subscription has its own key, one that does not say the oldest, and one of a key that went has none", () => {
  const both = vapidKeys({ ...current, subject, previous }, clock);
  expect(both.of(boundTo(current.publicKey))).toMatchObject({ credential: "vapid", isRetired: false });
  expect(both.of(boundTo(previous.publicKey))).toMatchObject({ credential: "vapid-previous", isRetired: true });
  expect(both.of({ channelTag: "tag" })).toMatchObject({ credential: "vapid-previous" });
  expect(both.of(boundTo("another"))).toBeUndefined();

  const one = vapidKeys({ ...current, subject }, clock);
  expect(one.of({ channelTag: "tag" })).toMatchObject({ credential: "vapid", isRetired: false });
  expect(one.of(boundTo(previous.publicKey))).toBeUndefined();
  expect(one.besides(one.of({ channelTag: "tag" })!)).toBeUndefined();
});

test("each key signs for itself, with the same contact", () => {
  const both = vapidKeys({ ...current, subject, previous }, clock);
  for (const { publicKey } of [current, previous]) {
    const header = both.of(boundTo(publicKey))!.headers.for("https://fcm.googleapis.com");
    expect(header).toMatch(new RegExp(`, k=${publicKey}$`));
    const claims = Buffer.from(header.split(".")[1]!, "base64url").toString();
    expect(JSON.parse(claims)).toMatchObject({ sub: subject });
  }
});

test("what was learnt of a subscription is remembered of the ten thousand learnt last, however many there are", () => {
  const both = vapidKeys({ ...current, subject, previous }, clock);
  const named = (index: number) => boundTo(current.publicKey, `tag-${index}`);
  const other = both.besides(both.of(named(0))!)!;
  expect(other.credential).toBe("vapid-previous");
  for (let index = 0; index <= 10_000; index += 1) both.learn(named(index), other);
  expect(both.of(named(0))).toMatchObject({ credential: "vapid" });
  expect(both.of(named(1))).toBe(other);
  both.learn(named(1), other); // once more: now it is the latest
  both.learn(named(10_001), other);
  expect(both.of(named(1))).toBe(other);
  expect(both.of(named(2))).toMatchObject({ credential: "vapid" });
});
