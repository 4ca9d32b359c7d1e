import fc from "fast-check";
import { expect, test } from "vitest";
import { isFinished, mergeEntries, type Ledger, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import type { SubscriptionId } from "../../../shared/subscription/subscription.ts";
import { now } from "../samples.ts";

const entries: fc.Arbitrary<LedgerEntry> = fc
  .record(
    {
      channelTag: fc.constantFrom("one", "two"),
      contentVersion: fc.integer({ min: 1, max: 3 }),
      outcome: fc.constantFrom("delivered", "busy", "rejected"),
      attempts: fc.integer({ min: 1, max: 3 }),
      at: fc.integer({ min: 1, max: 5 }),
      notBefore: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ["channelTag", "contentVersion", "outcome", "attempts", "at"] },
  )
  .map((entry) => entry as LedgerEntry);
const ids = fc.constantFrom("a", "b", "c") as fc.Arbitrary<SubscriptionId>;
const ledgers: fc.Arbitrary<Ledger["entries"]> = fc.dictionary(ids, entries);

/** Two runs end at different moments; a tie says nothing about which is further on. */
const distinct = (a: Ledger["entries"], b: Ledger["entries"]): boolean =>
  Object.entries(a).every(([id, entry]) => b[id as SubscriptionId]?.at !== entry.at);

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

test("every device either run knew is kept, with an entry one of them made", () => {
  fc.assert(
    fc.property(ledgers, ledgers, (a, b) => {
      const merged = mergeEntries(a, b);
      expect(Object.keys(merged).sort()).toEqual([...new Set([...Object.keys(a), ...Object.keys(b)])].sort());
      for (const [id, entry] of Object.entries(merged))
        expect([a, b].map((run) => run[id as SubscriptionId])).toContain(entry);
    }),
  );
});

test("what is finished for the newest content of a channel is never lost to a run that knew less", () => {
  fc.assert(
    fc.property(entries, entries, (finished, other) => {
      const { notBefore: _, ...done } = { ...finished, contentVersion: 3 };
      const theirs = { ["a" as SubscriptionId]: done };
      const ours = { ["a" as SubscriptionId]: { ...other, channelTag: done.channelTag } };
      for (const merged of [mergeEntries(theirs, ours), mergeEntries(ours, theirs)]) {
        expect(isFinished(merged["a" as SubscriptionId], 3, done.channelTag)).toBe(true);
      }
    }),
  );
});

test.each<[string, LedgerEntry | undefined, boolean]>([
  ["nothing was tried", undefined, false],
  ["it was delivered", { channelTag: "tag", contentVersion: 7, outcome: "delivered", attempts: 1, at: now }, true],
  ["newer was delivered", { channelTag: "tag", contentVersion: 8, outcome: "delivered", attempts: 1, at: now }, true],
  ["older was delivered", { channelTag: "tag", contentVersion: 6, outcome: "delivered", attempts: 1, at: now }, false],
  [
    "another channel got it",
    { channelTag: "old", contentVersion: 7, outcome: "delivered", attempts: 1, at: now },
    false,
  ],
  [
    "another try is due",
    { channelTag: "tag", contentVersion: 7, outcome: "busy", attempts: 1, at: now, notBefore: now },
    false,
  ],
])("%s: finished is %s", (_, entry, finished) => {
  expect(isFinished(entry, 7, "tag")).toBe(finished);
});
