import fc from "fast-check";
import { expect, test } from "vitest";
import {
  aliasKey,
  aliasOf,
  aliasRow,
  changeKey,
  changeRow,
  headOf,
  headRow,
  notificationKey,
  notificationOf,
  notificationRow,
} from "../../../shared/feed/rows.ts";
import {
  newNotificationId,
  platformTypes,
  priorities,
  readStates,
  userActionStates,
  type Notification,
} from "../../../shared/notification/notification.ts";
import { admit, noUsage } from "../../../shared/throttle/usage.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { feed, notificationWith, now } from "../samples.ts";

/** Of any code units, halves of surrogate pairs too. */
const textOf = (least: number) =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: least }).map((units) => String.fromCharCode(...units));
const anyText = fc.oneof(fc.string({ unit: anyCharacter }), textOf(0));
const someText = fc.oneof(fc.string({ unit: anyCharacter, minLength: 1 }), textOf(1));
const times = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const visual = fc.record(
  { title: someText, body: anyText, imageUrl: someText, actionUrl: someText, sound: someText, badge: fc.nat(99_999) },
  { requiredKeys: ["title"] },
);
const notifications: fc.Arbitrary<Notification> = fc.record({
  targetHostName: fc.domain(),
  appNotificationId: someText,
  groupName: fc.option(anyText),
  payload: fc.oneof(
    fc.record({ rawContent: someText }),
    fc.record({ visualContent: visual }),
    fc.record({ rawContent: fc.constant("é😀".repeat(20_000)), visualContent: visual }),
  ),
  platformTypes: fc.subarray([...platformTypes], { minLength: 1 }),
  priority: fc.constantFrom(...priorities),
  expiresAt: times,
  displayUntil: times,
  fallback: fc.option(fc.record({ delaySeconds: fc.integer({ min: 60, max: 600 }), visualContent: visual })),
  id: times.map(newNotificationId),
  createdAt: times,
  contentAt: times,
  knownUntil: times,
  modifiedAt: fc.option(times),
  status: fc.constantFrom("active", "updated", "deleted"),
  readState: fc.constantFrom(...readStates),
  userActionState: fc.constantFrom(...userActionStates),
  epoch: fc.base64String(),
  version: fc.nat(),
  contentVersion: fc.nat(),
});

test("every notification comes back from its row as it was, and fits one", () => {
  fc.assert(
    fc.property(notifications, (notification) => {
      const row = notificationRow(feed, notification);
      expect(notificationOf({ ...row, etag: "1" })).toEqual(notification);
      for (const value of Object.values(row)) {
        if (typeof value !== "string") continue;
        expect(value.length).toBeLessThanOrEqual(32_768);
        // Half a surrogate pair has no form in UTF-8: it travels only where JSON escapes it.
        expect(value).not.toMatch(/\p{Surrogate}/u);
      }
    }),
  );
});

test("the newest notification comes first in the table", () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      fc.pre(a < b);
      const [older, newer] = [notificationKey(newNotificationId(a)), notificationKey(newNotificationId(b))];
      expect(newer < older).toBe(true);
    }),
  );
});

test("the oldest change comes first in the log", () => {
  const versions = fc.integer({ min: 0, max: 9_999_999_999 });
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      expect(Math.sign(a - b)).toBe(changeKey(a) === changeKey(b) ? 0 : changeKey(a) < changeKey(b) ? -1 : 1);
    }),
  );
});

test("keys of a feed's kinds of rows never meet, and hold nobody's text", () => {
  const id = newNotificationId(now);
  fc.assert(
    fc.property(anyText, (appNotificationId) => {
      const keys = [notificationKey(id), aliasKey(appNotificationId), changeKey(1)];
      expect(keys.map((key) => key.slice(0, 2))).toEqual(["n_", "a_", "c_"]);
      for (const key of keys) expect(key).toMatch(/^[\w-]+$/); // nothing Table Storage forbids in keys
    }),
  );
});

test("head, alias and change rows say what they were given", () => {
  const notification = notificationWith({ knownUntil: now + 7_200_000 });
  const { id, expiresAt, knownUntil, version } = notification;
  const admission = admit(noUsage, { per5Minutes: 1, perDay: 1 }, now);
  const usage = admission.kind === "admitted" ? admission.usage : noUsage;
  const head = { epoch: "e", version, at: now, usage, stamps: ["s", "r"] };
  expect(headOf({ ...headRow(feed, head), etag: "1" })).toEqual(head);
  expect(aliasOf({ ...aliasRow(feed, notification), etag: "1" })).toEqual({ id, expiresAt, knownUntil, version });
  expect(changeRow(feed, notification)).toMatchObject({ rowKey: "c_0000000007", id, expiresAt: new Date(knownUntil) });
});

test("a row that is no notification's is refused", () => {
  const { priority: _, ...row } = notificationRow(feed, notificationWith());
  expect(() => notificationOf({ ...row, partitionKey: feed, rowKey: "n_1", etag: "1" })).toThrow();
});
