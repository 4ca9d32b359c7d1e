import fc from "fast-check";
import { expect, test } from "vitest";
import type { Outcome } from "../../../shared/channels/outcome.ts";
import { decide, type Decision } from "../../../shared/delivery/decide.ts";
import type { Held } from "../../../shared/delivery/governor.ts";
import { now } from "../samples.ts";

const policy = { baseSeconds: 5, capSeconds: 3_600 };
const week = 604_800_000;
const busy = (retryAfterSeconds?: number): Outcome => ({
  kind: "busy",
  origin: "failing",
  reason: "503",
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});
const misconfigured: Outcome = { kind: "misconfigured", reason: "401" };
const heldFor = (ms: number): Held => ({ kind: "held", reason: "down", until: now + ms });
const inSeconds = (seconds: number): Decision => ({ kind: "retry", at: now + seconds * 1_000 });

/** The highest chance there is, rounded to 1: the whole backoff. */
const whole = 1;

test.each<[Outcome | Held, number, Decision]>([
  [{ kind: "delivered" }, 1, { kind: "finish" }],
  [{ kind: "rejected", reason: "400" }, 1, { kind: "finish" }],
  [{ kind: "gone" }, 1, { kind: "forget" }],
  [busy(), 1, inSeconds(5)],
  [busy(), 2, inSeconds(10)],
  [busy(), 3, inSeconds(20)],
  [busy(), 10, inSeconds(2_560)],
  [busy(), 11, inSeconds(3_600)],
  [busy(), 5_000, inSeconds(3_600)],
  [busy(0), 1, inSeconds(5)],
  [busy(2), 1, inSeconds(7)],
  [busy(2), 3, inSeconds(20)],
  [busy(60), 1, inSeconds(65)],
  [busy(7_200), 1, inSeconds(7_205)],
  [misconfigured, 1, inSeconds(5)],
  [misconfigured, 20, inSeconds(3_600)],
  [heldFor(15_000), 0, inSeconds(20)],
  [heldFor(15_000), 9, inSeconds(20)],
  [heldFor(-1_000), 0, inSeconds(5)],
])("%j on attempt %i: %j", (outcome, attempts, decision) => {
  expect(decide({ outcome, attempts, expiresAt: now + week, now, policy, chance: whole })).toEqual(decision);
});

test("the jitter is full: any part of the backoff may come, and chance alone decides", () => {
  const at = (chance: number): Decision =>
    decide({ outcome: busy(), attempts: 4, expiresAt: now + week, now, policy, chance });
  expect([0.25, 0.5, 0.75].map(at)).toEqual([10, 20, 30].map(inSeconds));
  expect(at(0)).toEqual({ kind: "retry", at: now + 1 }); // at once, but later than now, or it would have the name of this hop
});

test.each<[string, Outcome | Held, number, Decision]>([
  ["half of the backoff is half of what is left", busy(), now + 4_000, inSeconds(2)],
  ["what was asked stays, its spread is half of what is left after it", busy(60), now + 64_000, inSeconds(62)],
  ["likewise while it is held", heldFor(60_000), now + 64_000, inSeconds(62)],
  ["with a second left there is one more try", busy(), now + 1_000, inSeconds(0.5)],
  ["with less there is none", busy(), now + 999, { kind: "give-up" }],
  ["a second after what was asked there is one more try", busy(60), now + 61_000, inSeconds(60.5)],
  ["with less there is none, either", busy(60), now + 60_999, { kind: "give-up" }],
  ["nor when it is held until then", heldFor(60_000), now + 60_999, { kind: "give-up" }],
  ["nor after the end", misconfigured, now - 1, { kind: "give-up" }],
])("near its end: %s", (_, outcome, expiresAt, decision) => {
  expect(decide({ outcome, attempts: 9, expiresAt, now, policy, chance: 0.5 })).toEqual(decision);
});

const cases = fc.record({
  asked: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  attempts: fc.integer({ min: 1, max: 100_000 }),
  expiresAt: fc.integer({ min: now - 1, max: now + 30 * 86_400_000 }),
  chance: fc.oneof(
    fc.constantFrom(0, 1 - Number.EPSILON / 2),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  ),
  policy: fc.record({
    baseSeconds: fc.integer({ min: 1, max: 3_600 }),
    capSeconds: fc.integer({ min: 1, max: 86_400 }),
  }),
});
const retryAt = (decision: Decision): number => {
  if (decision.kind !== "retry") throw new Error("There was time for another try.");
  return decision.at;
};
const never = Number.MAX_SAFE_INTEGER;

test("without a wish the whole wait is jitter: later than now, and within min(cap, base × 2^(n-1))", () => {
  fc.assert(
    fc.property(cases, ({ asked: _, ...rest }) => {
      const { baseSeconds, capSeconds } = rest.policy;
      for (const outcome of [busy(), misconfigured]) {
        const at = retryAt(decide({ ...rest, outcome, now, expiresAt: never }));
        expect(Number.isSafeInteger(at)).toBe(true);
        expect(at).toBeGreaterThan(now);
        expect(at).toBeLessThan(now + Math.min(capSeconds, baseSeconds * 2 ** (rest.attempts - 1)) * 1_000);
      }
    }),
  );
});

test("Retry-After, and the time until which it is held, is never undercut, and spread by no more than the base", () => {
  fc.assert(
    fc.property(cases, ({ asked = 0, ...rest }) => {
      const spreadMs = rest.policy.baseSeconds * 1_000;
      for (const outcome of [busy(asked), heldFor(asked * 1_000)]) {
        const at = retryAt(decide({ ...rest, outcome, attempts: 1, now, expiresAt: never }));
        expect(at).toBeGreaterThan(now);
        expect(at).toBeGreaterThanOrEqual(now + asked * 1_000);
        expect(at).toBeLessThan(now + asked * 1_000 + spreadMs);
      }
    }),
  );
});

test("retries have no count: it gives up when less than a second is left after what was asked, and never tries at its end or later", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: -2, max: 2 }), ({ asked, ...rest }, offset) => {
      const earliest = now + (asked ?? 0) * 1_000;
      for (const expiresAt of [rest.expiresAt, earliest + 1_000 + offset]) {
        for (const outcome of [busy(asked), { ...heldFor(0), until: earliest }]) {
          const decision = decide({ ...rest, outcome, now, expiresAt });
          expect(decision.kind).toBe(expiresAt - earliest < 1_000 ? "give-up" : "retry");
          if (decision.kind !== "retry") continue;
          expect(decision.at).toBeGreaterThan(now);
          expect(decision.at).toBeGreaterThanOrEqual(earliest);
          expect(decision.at).toBeLessThan(expiresAt);
        }
      }
    }),
  );
});

test("a time with a fraction is waited for in whole milliseconds, for a message has no other: it is never undercut", () => {
  const outcome = { kind: "held", reason: "the origin is down", until: now + 1_000.25 } as const;
  for (const chance of [0, 0.5]) {
    const decision = decide({ outcome, attempts: 0, expiresAt: now + 60_000, now, policy, chance });
    expect(decision).toEqual({ kind: "retry", at: expect.any(Number) as number });
    const at = decision.kind === "retry" ? decision.at : NaN;
    expect(Number.isInteger(at)).toBe(true);
    expect(at).toBeGreaterThan(outcome.until);
  }
});

test.each([Infinity, 9_999_999_999, 1e300])("a Retry-After of %d seconds gives up instead of failing", (seconds) => {
  expect(decide({ outcome: busy(seconds), attempts: 1, expiresAt: now + week, now, policy, chance: 0 })).toEqual({
    kind: "give-up",
  });
});
