import { describe, expect, test } from "vitest";
import type { OpenBreakers } from "../../shared/telemetry/breakers.ts";
import type { ThrottledBy } from "../../shared/telemetry/events.ts";
import { isUp, logged, measured, upFor, type Told } from "./support/alert-fires.ts";

const accepted = (minutesAgo: number): Told => measured("fanfare.accepted", minutesAgo, 1, { kind: "new" });
/** Messages that were together so many seconds late. */
const begun = (minutesAgo: number, seconds: number, items: number): Told =>
  measured("fanfare.queue.age", minutesAgo, seconds, {}, { items });

/** A breaker that each of two instances has open for so many minutes. */
const open = (kind: keyof OpenBreakers, minutes: number, value = 1): Told[] =>
  Array.from({ length: minutes }, (_, index) => index + 0.5).flatMap((ago) =>
    ["one", "other"].map((instance) => measured("fanfare.breaker.open", ago, value, { kind }, { instance })),
  );
const kinds = ["origin", "credential", "pruning"] as const;

const told = (channel: string, late: number, inTime: number, minutesAgo = 1): Told[] => [
  measured("fanfare.delivered", minutesAgo, late, { channel, within: "5m" }),
  measured("fanfare.delivered", minutesAgo, inTime, { channel, within: "30s" }),
];
const missed = (channel: string, count: number): Told =>
  measured("fanfare.missed", 1, count, { channel, reason: "gave-up" });

/** When the alerts on deliveries are up, as infra/alerts.md says it. */
export const deliveryCases = (): void => {
  describe("deliveries-stalled", () => {
    test("is up when for ten minutes after an acceptance no run began", () => {
      expect([9, 11].map((ago) => isUp("deliveries-stalled", accepted(ago)))).toEqual([false, true]);
      expect(isUp("deliveries-stalled", begun(3, 0, 1))).toBe(false);
    });

    test("a run's row that is up to two minutes older than the acceptance's counts as its", () => {
      expect([21.5, 22.5].map((ago) => isUp("deliveries-stalled", accepted(20), begun(ago, 0, 1)))).toEqual([
        false,
        true,
      ]);
      expect(isUp("deliveries-stalled", accepted(30), begun(50, 0, 1), begun(25, 0, 1))).toBe(false);
    });
  });

  test.each([
    ["credential-refused", "credential", 5],
    ["pruning-stopped", "pruning", 5],
    ["push-service-down", "origin", 30],
  ] as const)(
    "%s is up when a breaker of the kind %s was open for %i minutes, however many instances say so",
    (alert, kind, minutes) => {
      expect([minutes - 1, minutes].map((count) => isUp(alert, ...open(kind, count)))).toEqual([false, true]);
      expect(isUp(alert, ...open(kind, minutes, 0))).toBe(false);
      const others = kinds.filter((one) => one !== kind).flatMap((one) => open(one, 60));
      expect(isUp(alert, ...others)).toBe(false);
    },
  );

  test("channels-closed is up for each key that a run missed within two hours", () => {
    const closed = (ago: number, keyId: string): Told => logged(ago, { event: "channels-closed", keyId, devices: 1 });
    const other = logged(1, "the word channels-closed");
    expect(upFor("channels-closed", [closed(1, "a"), closed(119, "b"), closed(121, "c"), other])).toEqual(["a", "b"]);
  });

  test("queue-age is up above 15 s on the average of a quarter of an hour, of ten messages or more", () => {
    const late = (seconds: number): boolean => isUp("queue-age", begun(14, seconds * 4, 4), begun(1, seconds * 6, 6));
    expect([14, 16].map(late)).toEqual([false, true]);
    expect(isUp("queue-age", begun(1, 0, 90), begun(2, 600, 10))).toBe(false); // the average is of messages, not of rows
    expect([9, 10].map((count) => isUp("queue-age", begun(1, 600, count)))).toEqual([false, true]);
    expect([14, 16].map((ago) => isUp("queue-age", begun(ago, 600, 10)))).toEqual([true, false]);
  });

  describe("deliveries-late", () => {
    const others = told("apns", 0, 10_000);

    test("names each channel of which more than one device in a hundred was told late or missed, and no other", () => {
      const late = told("fcm", 3, 197);
      const inTime = told("wns", 2, 198);
      const asGood = [...told("webpush", 1, 197), missed("webpush", 2)];
      expect(upFor("deliveries-late", [...late, ...inTime, ...asGood, ...others])).toEqual(["fcm", "webpush"]);
    });

    test("says nothing of fewer than a hundred devices, nor of an unknown channel, nor of what is older than an hour", () => {
      expect([97, 98].map((inTime) => isUp("deliveries-late", ...told("fcm", 2, inTime), ...others))).toEqual([
        false,
        true,
      ]);
      expect(isUp("deliveries-late", ...told("unknown", 100, 0), ...others)).toBe(false);
      expect([59, 61].map((ago) => isUp("deliveries-late", ...told("fcm", 100, 0, ago), ...others))).toEqual([
        true,
        false,
      ]);
    });

    test("blames no channel when more than six in a hundred of all are late", () => {
      const ofHundred = (late: number): boolean =>
        isUp("deliveries-late", ...told("fcm", late * 100, 0), ...told("apns", 0, (100 - late) * 100));
      expect([6, 7].map(ofHundred)).toEqual([true, false]);
    });
  });

  test("callers-refused is up when more than five requests in a hundred met a limit of their caller, of a hundred or more", () => {
    const asked = (count: number, minutesAgo = 1): Told =>
      measured("fanfare.requests", minutesAgo, count, { operation: "GET /me/notifications", status: 200 });
    const refused = (count: number, reason: ThrottledBy = "user-reads", minutesAgo = 1): Told =>
      measured("fanfare.throttled", minutesAgo, count, { operation: "GET /me/notifications", reason });
    expect([5, 6].map((count) => isUp("callers-refused", asked(100), refused(count)))).toEqual([false, true]);
    expect([99, 100].map((count) => isUp("callers-refused", asked(count), refused(50)))).toEqual([false, true]);
    const reasons = ["user-writes", "user-reads", "app-writes", "backlog", "bus-away", "away"] as const;
    expect(reasons.filter((reason) => isUp("callers-refused", asked(100), refused(50, reason)))).toEqual(
      reasons.slice(0, 3),
    );
    const at = (ago: number): boolean => isUp("callers-refused", asked(100, ago), refused(50, "app-writes", ago));
    expect([59, 61].map(at)).toEqual([true, false]);
  });
};
