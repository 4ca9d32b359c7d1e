import fc from "fast-check";
import { expect, test } from "vitest";
import { createdAtOf, isExpired, newNotificationId } from "../../../shared/notification/notification.ts";

const times = fc.integer({ min: 0, max: 2 ** 48 - 1 });

test("an id is a lower-case UUIDv7 that carries its creation time", () => {
  fc.assert(
    fc.property(times, (createdAt) => {
      const id = newNotificationId(createdAt);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(createdAtOf(id)).toBe(createdAt);
    }),
  );
});

test("ids of one millisecond differ", () => {
  const ids = Array.from({ length: 1_000 }, () => newNotificationId(1));
  expect(new Set(ids).size).toBe(1_000);
});

test("a notification is gone at its expiration, not a millisecond before", () => {
  expect(isExpired({ expiresAt: 100 }, 99)).toBe(false);
  expect(isExpired({ expiresAt: 100 }, 100)).toBe(true);
});
