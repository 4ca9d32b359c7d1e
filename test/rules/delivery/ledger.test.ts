import fc from "fast-check";
import { expect, test } from "vitest";
import { isFinished, mergeEntries, type Ledger, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { now } from "../samples.ts";

const entries: fc.Arbitrary<LedgerEntry> = fc
  .record(
    {
      subscriptionId: fc.constantFrom("one", "two"),
      contentVersion: fc.integer({ min: 1, max: 3 }),
      outcome: fc.constantFrom("delivered", "busy", "rejected"),
      attempts: fc.integer({ min: 1, max: 3 }),
      at: fc.integer({ min: 1, max: 5 }),
      notBefore: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ["subscriptionId", "contentVersion", "outcome", "attempts", "at"] },
  )
  .map((entry) => entry as LedgerEntry);
const ledgers: fc.Arbitrary<Ledger["entries"]> = fc.dictionary(fc.constantFrom("a", "b", "c"), entries);

/** Two runs end at different moments; a tie says nothing about which is further on. */
const distinct = (a: Ledger["entries"], b: Ledger["entries"]): boolean =>
  Object.entries(a).every(([tag, entry]) => b[tag]?.at !== entry.at);

test("it does not matter which of two runs records first", () => {
  fc.assert(
    fc.property(ledgers, ledgers, (a, b) => {
      fc.pre(distinct(a, b));
      expect(mergeEntries(a, b)).toEqual(mergeEntries(b, a));
    }),
  );
});

test("recording the same again changes nothing", () => {
  fc.assert(
    fc.property(ledgers, ledgers, (a, b) => {
      expect(mergeEntries(a, a)).toEqual(a);
      const merged = mergeEntries(a, b);
      expect(mergeEntries(merged, b)).toEqual(merged);
      expect(mergeEntries(merged, merged)).toEqual(merged);
    }),
  );
});

test("every channel either run knew is kept, with an entry one of them made", () => {
  fc.assert(
    fc.property(ledgers, ledgers, (a, b) => {
      const merged = mergeEntries(a, b);
      expect(Object.keys(merged).sort()).toEqual([...new Set([...Object.keys(a), ...Object.keys(b)])].sort());
      for (const [tag, entry] of Object.entries(merged)) expect([a, b].map((run) => run[tag])).toContain(entry);
    }),
  );
});

test("what is finished for the newest content of a channel is never lost to a run that knew less", () => {
  fc.assert(
    fc.property(entries, entries, (finished, other) => {
      const { notBefore: _, ...done } = { ...finished, contentVersion: 3 };
      const [theirs, ours] = [{ tag: done }, { tag: other }];
      for (const merged of [mergeEntries(theirs, ours), mergeEntries(ours, theirs)]) {
        expect(isFinished(merged.tag, 3)).toBe(true);
      }
    }),
  );
});

const told = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  subscriptionId: "laptop" as SubscriptionId,
  contentVersion: 7,
  outcome: "delivered",
  attempts: 1,
  at: now,
  ...changes,
});

test.each<[string, LedgerEntry | undefined, boolean]>([
  ["nothing was tried", undefined, false],
  ["it was delivered", told(), true],
  ["newer was delivered", told({ contentVersion: 8 }), true],
  ["older was delivered", told({ contentVersion: 6 }), false],
  ["another try is due", told({ outcome: "busy", notBefore: now }), false],
])("%s: finished is %s", (_, entry, finished) => {
  expect(isFinished(entry, 7)).toBe(finished);
});
