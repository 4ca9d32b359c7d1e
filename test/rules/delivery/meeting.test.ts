import fc from "fast-check";
import { expect, test } from "vitest";
import { retryAtMeeting } from "../../../shared/delivery/meeting.ts";
import type { NotificationId } from "../../../shared/notification/notification.ts";
import { now } from "../samples.ts";

const hour = 3_600_000;
const expiresAt = now + 24 * hour;
const waits = fc.integer({ min: 1, max: hour });
const ids = fc.uuid({ version: 7 }).map((id) => id as NotificationId);

test("a retry is not moved to an earlier time, nor more than twice as far away", () => {
  fc.assert(
    fc.property(waits, ids, (wait, id) => {
      const at = retryAtMeeting(now + wait, { id, expiresAt, now });
      expect(at).toBeGreaterThanOrEqual(now + wait);
      expect(at).toBeLessThan(now + 2 * wait + 1);
    }),
  );
});

test("however many devices wait, and from whenever on, they have two dozen times at most", () => {
  const found = fc.record({ ago: fc.nat(hour), wait: waits });
  fc.assert(
    fc.property(fc.array(found, { minLength: 200, maxLength: 200 }), ids, (devices, id) => {
      const times = devices.map(({ ago, wait }) => retryAtMeeting(now - ago + wait, { id, expiresAt, now: now - ago }));
      expect(new Set(times.filter((at) => at > now + 1_000)).size).toBeLessThanOrEqual(24);
    }),
  );
});

test("what would be moved into the last ten seconds keeps its time", () => {
  const id = "01a20183-b802-7209-94e2-1270fa4954d4" as NotificationId;
  const ends = { id, now, expiresAt: now + 15_000 };
  for (let wait = 1; wait < 15_000; wait += 7) {
    const at = retryAtMeeting(now + wait, ends);
    if (at !== now + wait) expect(at).toBeLessThanOrEqual(now + 5_000);
  }
});

test("different notifications have different times", () => {
  const times = ["00000001", "70000002", "0f00f003"].map((end) =>
    retryAtMeeting(now + hour, { id: `01a20183-b802-7209-94e2-1270${end}` as NotificationId, expiresAt, now }),
  );
  expect(new Set(times).size).toBe(3);
});
