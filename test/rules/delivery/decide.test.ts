import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { decide, type Decision } from "../../../shared/delivery/decide.ts";
import { now } from "../samples.ts";

const policy = { baseSeconds: 5, capSeconds: 3_600 };
const week = 604_800_000;
const busy = (retryAfterSeconds?: number): Outcome => ({
  kind: "busy",
  reason: "503",
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});
const misconfigured: Outcome = { kind: "misconfigured", reason: "401" };
const inSeconds = (seconds: number): Decision => ({ kind: "retry", at: now + seconds * 1_000 });

/** The highest chance there is, rounded to 1: the whole backoff. */
const whole = 1;

test.each<[Outcome, number, Decision]>([
  [{ kind: "delivered" }, 1, { kind: "finish" }],
  [{ kind: "rejected", reason: "400" }, 1, { kind: "finish" }],
  [{ kind: "gone" }, 1, { kind: "forget" }],
  [busy(), 1, inSeconds(5)],
  [busy(), 2, inSeconds(10)],
  [busy(), 3, inSeconds(20)],
  [busy(), 10, inSeconds(2_560)],
  [busy(), 11, inSeconds(3_600)],
  [busy(), 5_000, inSeconds(3_600)],
  [busy(2), 1, inSeconds(5)],
  [busy(60), 1, inSeconds(60)],
  [busy(7_200), 1, inSeconds(7_200)],
  [busy(0), 1, inSeconds(5)],
  [misconfigured, 1, inSeconds(5)],
  [misconfigured, 20, inSeconds(3_600)],
])("%j on attempt %i: %j", (outcome, attempts, decision) => {
  expect(decide({ outcome, attempts, expiresAt: now + week, now, policy, chance: whole })).toEqual(decision);
});

test.each([
  [busy(60), now + 60_001, "retry"],
  [busy(60), now + 60_000, "give-up"],
  [busy(60), now + 59_999, "give-up"],
  [misconfigured, now + 5_000, "give-up"],
])("%j with an end at %i: %s, for then the notification is gone", (outcome, expiresAt, kind) => {
  expect(decide({ outcome, attempts: 1, expiresAt, now, policy, chance: whole }).kind).toBe(kind);
});

const cases = fc.record({
  asked: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  attempts: fc.integer({ min: 1, max: 100_000 }),
  expiresAt: fc.integer({ min: now, max: now + 30 * 86_400_000 }),
  chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  policy: fc.record({
    baseSeconds: fc.integer({ min: 1, max: 3_600 }),
    capSeconds: fc.integer({ min: 1, max: 86_400 }),
  }),
});

test("Retry-After is never undercut, and no wait is longer than the cap or what was asked", () => {
  fc.assert(
    fc.property(cases, ({ asked, ...rest }) => {
      const decision = decide({ ...rest, outcome: busy(asked), now, expiresAt: Number.MAX_SAFE_INTEGER });
      if (decision.kind !== "retry") throw new Error("There was time for another try.");
      expect(Number.isSafeInteger(decision.at)).toBe(true);
      expect(decision.at).toBeGreaterThanOrEqual(now + (asked ?? 0) * 1_000);
      expect(decision.at).toBeLessThanOrEqual(now + Math.max(rest.policy.capSeconds, asked ?? 0) * 1_000);
    }),
  );
});

test("retries have no count: only a time at or past the end gives up", () => {
  fc.assert(
    fc.property(cases, ({ asked, expiresAt, ...rest }) => {
      const outcome = busy(asked);
      const free = decide({ ...rest, outcome, now, expiresAt: Number.MAX_SAFE_INTEGER });
      const bound = decide({ ...rest, outcome, now, expiresAt });
      const at = free.kind === "retry" ? free.at : NaN;
      expect(bound).toEqual(at < expiresAt ? free : { kind: "give-up" });
    }),
  );
});

test("the jitter is full: any part of the backoff may come, and chance alone decides", () => {
  const at = (chance: number): Decision =>
    decide({ outcome: busy(), attempts: 4, expiresAt: now + week, now, policy, chance });
  expect([0, 0.25, 0.5, 0.75].map(at)).toEqual([0, 10, 20, 30].map(inSeconds));
});

test.each([Infinity, 9_999_999_999, 1e300])("a Retry-After of %d seconds gives up instead of failing", (seconds) => {
  expect(decide({ outcome: busy(seconds), attempts: 1, expiresAt: now + week, now, policy, chance: 0 })).toEqual({
    kind: "give-up",
  });
});
