import fc from "fast-check";
import { expect, test } from "vitest";
import { lease, nothingLeased, parseLeased, printLeased, type Leased } from "../../../shared/throttle/app-permits.ts";

const first = 180_000_000;
const inSeven = (counts: ReadonlyMap<number, number>, last: number): number =>
  Array.from({ length: 7 }, (_, index) => counts.get(last - index) ?? 0).reduce((sum, count) => sum + count, 0);

/** Leases of several instances, in any order; their clocks are up to two slots apart. */
const wishes = fc.array(
  fc.record({
    passed: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat({ max: 3 }), fc.nat({ max: 12 })),
    lag: fc.nat({ max: 2 }),
    wanted: fc.integer({ min: 1, max: 30 }),
    used: fc.nat({ max: 5_000 }),
  }),
  { maxLength: 80, size: "max" },
);
const limits = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100_000 }));

test("seven neighbouring slots never hold more than the limit, and so no minute does, whoever leases when", () => {
  fc.assert(
    fc.property(wishes, limits, (asked, limit) => {
      let leased = nothingLeased;
      let slot = first;
      const granted = new Map<number, number>();
      for (const { passed, lag, wanted, used } of asked) {
        slot += passed;
        const next = lease(leased, { slot: slot - lag, wanted, used, limit });
        leased = parseLeased(printLeased(next.leased));
        granted.set(leased.latest, (granted.get(leased.latest) ?? 0) + next.granted);
        for (let last = leased.latest; last < leased.latest + 7; last += 1) {
          expect(inSeven(granted, last)).toBeLessThanOrEqual(limit);
        }
      }
    }),
  );
});

test("what is waited for is granted while there is room, and a slot never goes back", () => {
  fc.assert(
    fc.property(wishes, limits, (asked, limit) => {
      let leased: Leased = nothingLeased;
      let slot = first;
      for (const { passed, lag, wanted, used } of asked) {
        slot += passed;
        const next = lease(leased, { slot: slot - lag, wanted, used, limit });
        expect(next.leased.latest).toBe(Math.max(leased.latest, slot - lag));
        const before = lease(leased, { slot: slot - lag, wanted: limit, used: 0, limit }).granted; // all that is left
        expect(next.granted).toBeGreaterThanOrEqual(Math.min(wanted, before));
        expect(next.granted).toBeLessThanOrEqual(before);
        leased = next.leased;
      }
    }),
  );
});

test("full until a slot: in it one passes, in the one before none does", () => {
  fc.assert(
    fc.property(wishes, limits, (asked, limit) => {
      let leased: Leased = nothingLeased;
      let slot = first;
      for (const { passed, lag, wanted, used } of asked) {
        slot += passed;
        const next = lease(leased, { slot: slot - lag, wanted, used, limit });
        leased = next.leased;
        const one = { wanted: 1, used: 0, limit };
        if (next.fullUntil === undefined) {
          expect(lease(leased, { ...one, slot: leased.latest }).granted).toBeGreaterThan(0);
        } else {
          expect(lease(leased, { ...one, slot: next.fullUntil - 1 }).granted).toBe(0);
          expect(lease(leased, { ...one, slot: next.fullUntil }).granted).toBeGreaterThan(0);
        }
      }
    }),
  );
});

test("a lease begins with a thousandth of the limit, then shrinks with the slot's leases and grows with the instance's use", () => {
  const fresh = { slot: first, wanted: 1, used: 0, limit: 60_000 };
  const after = (inSlot: number): Leased => ({ latest: first, counts: [0, 0, 0, 0, 0, 0, inSlot] });
  expect(lease(nothingLeased, fresh).granted).toBe(1 + 60);
  expect(lease(after(120), fresh).granted).toBe(1 + 30);
  expect(lease(after(3_200), fresh).granted).toBe(1);
  expect(lease(after(3_200), { ...fresh, used: 1_600 }).granted).toBe(1 + 50);
  expect(lease(after(59_990), { ...fresh, used: 1_600 }).granted).toBe(10);
  expect(lease(nothingLeased, { ...fresh, limit: 100 }).granted).toBe(1);
});

test("a limit lowered below what is leased grants nothing, and says until when", () => {
  const leased = { latest: first, counts: [0, 40, 0, 0, 40, 0, 20] };
  expect(lease(leased, { slot: first, wanted: 1, used: 0, limit: 50 })).toEqual({
    granted: 0,
    leased,
    fullUntil: first + 5,
  });
});

test.each(["", "{}", '{"latest":1,"counts":[1]}', '{"latest":1,"counts":[0,0,0,0,0,0,-1]}'])(
  "%j is nothing that was leased: it is a bug, and told as one",
  (text) => {
    expect(() => parseLeased(text)).toThrow();
  },
);
