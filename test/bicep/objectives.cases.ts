import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ThrottledBy } from "../../shared/telemetry/events.ts";
import { withinValues } from "../../shared/telemetry/metrics.ts";
import { isUp, measured, type Told } from "./support/alert-fires.ts";

type Objective = {
  readonly name: "accepted" | "delivered";
  /** The share that may be bad, as README promises it. */
  readonly budget: number;
  readonly good: (minutesAgo: number, count: number) => Told;
  readonly bad: (minutesAgo: number, count: number) => Told;
};

const promised = (sentence: RegExp): number => {
  const [, percent] = sentence.exec(readFileSync("README.md", "utf8")) ?? [];
  return 1 - Number(percent) / 100;
};
const operation = "POST /me/notifications";
const answered = (status: number, minutesAgo: number, count: number, of = operation): Told =>
  measured("fanfare.requests", minutesAgo, count, { operation: of, status });
const told = (within: string, minutesAgo: number, count: number): Told =>
  measured("fanfare.delivered", minutesAgo, count, { channel: "webpush", within });

const accepted: Objective = {
  name: "accepted",
  budget: promised(/([\d.]+) % of POSTs are answered other than by our fault/),
  good: (minutesAgo, count) => answered(201, minutesAgo, count),
  bad: (minutesAgo, count) => answered(500, minutesAgo, count),
};
const delivered: Objective = {
  name: "delivered",
  budget: promised(/([\d.]+) % of the devices that a content is for are told within 30 s/),
  good: (minutesAgo, count) => told("30s", minutesAgo, count),
  bad: (minutesAgo, count) => told("5m", minutesAgo, count),
};

/** When the objectives' alerts are up: README promises them, infra/alerts.md says at which pace. */
export const objectiveCases = (): void => {
  describe.each([accepted, delivered])("the objective $name", ({ name, budget, good, bad }) => {
    const fast = (...rows: Told[]): boolean => isUp(`slo-${name}`, ...rows);
    const slow = (...rows: Told[]): boolean => isUp(`slo-${name}-slow`, ...rows);
    /** Of so many the share that spends the budget at this pace. */
    const at = (pace: number, minutesAgo: number, count = 100_000): Told[] => {
      const wrong = Math.round(count * budget * pace);
      return [bad(minutesAgo, wrong), good(minutesAgo, count - wrong)];
    };
    /** So much went well then that no window burns that sees it. */
    const well = (minutesAgo: number): Told => good(minutesAgo, 1e9);
    const day = 24 * 60;

    test("pages above 14.4 times the pace for an hour, and above 6 times for six hours", () => {
      expect([14.3, 14.5].map((pace) => fast(well(300), ...at(pace, 4)))).toEqual([false, true]);
      expect([5.9, 6.1].map((pace) => fast(...at(pace, 4)))).toEqual([false, true]);
    });

    test("waits for the morning above 1.5 times the pace for two days, unless it pages", () => {
      expect([1.4, 1.6, 5.9, 6.1].map((pace) => slow(...at(pace, 4)))).toEqual([false, true, true, false]);
    });

    test("is over when the last 5 minutes, 30 minutes, 4 hours were well", () => {
      expect([4, 6].map((ago) => fast(well(300), ...at(20, ago)))).toEqual([true, false]);
      expect([29, 31].map((ago) => fast(...at(20, ago)))).toEqual([true, false]);
      expect([239, 241].map((ago) => slow(...at(20, ago)))).toEqual([true, false]);
    });

    test("is hidden by what went well an hour ago, six hours, two days, and by nothing older", () => {
      expect([59, 61].map((ago) => fast(bad(1, 20), well(ago)))).toEqual([false, true]);
      expect([359, 361].map((ago) => fast(bad(20, 20), well(ago)))).toEqual([false, true]);
      expect([2 * day - 1, 2 * day + 1].map((ago) => slow(bad(100, 20), well(ago)))).toEqual([false, true]);
    });

    test("takes ten bad ones of an hour, six hours, two days for a pace, and not nine", () => {
      expect([59, 61].map((ago) => fast(bad(1, 9), bad(ago, 1), well(300)))).toEqual([true, false]);
      expect([359, 361].map((ago) => fast(bad(20, 9), bad(ago, 1)))).toEqual([true, false]);
      expect([2 * day - 1, 2 * day + 1].map((ago) => slow(bad(100, 9), bad(ago, 1)))).toEqual([true, false]);
    });
  });

  const refused = (reason: ThrottledBy, count: number): Told[] => [
    answered(406, 1, count),
    measured("fanfare.throttled", 1, count, { operation, reason }),
  ];
  const missed = measured("fanfare.missed", 1, 20, { channel: "webpush", reason: "gave-up" });

  test("a POST is bad by our fault only: 5xx and what we have no room for, not what its caller did wrong; nor is anything but a POST", () => {
    const isBad = (...rows: Told[]): boolean => isUp("slo-accepted", ...rows);
    expect([201, 400, 401, 403, 404, 406, 499, 500, 503].filter((status) => isBad(answered(status, 1, 20)))).toEqual([
      500, 503,
    ]);
    const reasons = ["user-writes", "user-reads", "app-writes", "backlog", "bus-away", "away"] as const;
    expect(reasons.filter((reason) => isBad(...refused(reason, 20)))).toEqual(["backlog", "bus-away", "away"]);
    expect(isBad(answered(500, 1, 20, "GET /me/notifications"))).toBe(false);
  });

  test("who may not post is none of those that were promised anything, and who was refused is one, not two", () => {
    const isUpBeside = (status: number): boolean =>
      isUp("slo-accepted", answered(500, 1, 20), answered(status, 1, 1e9));
    expect([201, 401, 403, 404].map(isUpBeside)).toEqual([false, true, true, false]);
    const among = accepted.good(1, 100_000 - 1_450);
    expect(isUp("slo-accepted", ...refused("backlog", 1_450), among, accepted.good(300, 1e9))).toBe(true);
  });

  test("a device is bad that was told later than 30 s, or missed", () => {
    expect(withinValues.filter((within) => isUp("slo-delivered", told(within, 1, 20)))).toEqual(["5m", "1h", "more"]);
    expect(isUp("slo-delivered", missed)).toBe(true);
  });

  test("of two objectives that burn at once only the first pages", () => {
    const both = [accepted.bad(1, 20), missed];
    expect([accepted, delivered].map(({ name }) => isUp(`slo-${name}`, ...both))).toEqual([true, false]);
  });
};
