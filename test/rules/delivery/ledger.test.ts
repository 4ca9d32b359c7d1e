import fc from "fast-check";
import { expect, test } from "vitest";
import {
  atOnce,
  isFinished,
  nothingTold,
  toldBy,
  type Entries,
  type LedgerEntry,
  type Told,
} from "../../../shared/delivery/ledger.ts";
import { mergeTold } from "../../../shared/delivery/merge-told.ts";
import { subscriptionId } from "../samples.ts";
import { entryWith, withRun } from "./entries.ts";

const entries: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    subscriptionId: fc.constantFrom("one", "two").map(subscriptionId),
    told: fc.integer({ min: 1, max: 3 }),
    version: fc.integer({ min: 3, max: 5 }),
    outcome: fc.constantFrom("delivered", "busy", "rejected", "held"),
    attempts: fc.integer({ min: 1, max: 3 }),
    at: fc.nat(),
    notBefore: fc.integer({ min: 1, max: 2 ** 31 }), // `atOnce` marks what was reopened: that has tests of its own
  },
  { requiredKeys: ["subscriptionId", "told", "version", "outcome", "attempts", "at"] },
);
const tags = ["a", "b", "c"] as const;
const someEntries: fc.Arbitrary<Entries> = fc.dictionary(fc.constantFrom(...tags), entries);
const told: fc.Arbitrary<Told> = fc.record({ content: someEntries, tap: someEntries, fallback: someEntries });

/** The entries of several runs, each made at a moment of its own: a tie says nothing about which is further on. */
const ofRuns = <Runs extends readonly Told[]>(runs: Runs): Runs => {
  let moment = 0;
  const timed = (all: Entries): Entries =>
    Object.fromEntries(Object.entries(all).map(([tag, entry]) => [tag, { ...entry, at: (moment += 1) }]));
  return runs.map((run) => toldBy((kind) => timed(run[kind]))) as unknown as Runs;
};
const [twoRuns, threeRuns] = [fc.tuple(told, told).map(ofRuns), fc.tuple(told, told, told).map(ofRuns)];

test("what has not changed since it was read is ours to replace, whatever it says", () => {
  fc.assert(
    fc.property(twoRuns, ([before, made]) => {
      expect(mergeTold({ before, now: before, made })).toEqual(withRun(before, made));
    }),
  );
});

test("it does not matter which of two runs records first", () => {
  fc.assert(
    fc.property(threeRuns, ([before, one, other]) => {
      const oneFirst = mergeTold({ before, now: withRun(before, one), made: other });
      const otherFirst = mergeTold({ before, now: withRun(before, other), made: one });
      expect(oneFirst).toEqual(otherFirst);
    }),
  );
});

test("recording the same again changes nothing, though its first answer was lost", () => {
  fc.assert(
    fc.property(threeRuns, ([before, other, made]) => {
      const once = mergeTold({ before, now: withRun(before, other), made });
      expect(mergeTold({ before, now: once, made })).toEqual(once);
    }),
  );
});

test("every channel either run knew is kept, with an entry one of them made, and what was removed stays away", () => {
  fc.assert(
    fc.property(threeRuns, ([before, now, made]) => {
      const merged = mergeTold({ before, now, made });
      for (const kind of ["content", "tap"] as const) {
        const known = new Set([...Object.keys(now[kind]), ...Object.keys(made[kind])]);
        expect(new Set(Object.keys(merged[kind]))).toEqual(known);
        for (const [tag, entry] of Object.entries(merged[kind])) {
          expect([now, made].map((run) => run[kind][tag])).toContain(entry);
        }
      }
    }),
  );
});

test("what is finished for the newest content of a channel is never lost to a run that knew less", () => {
  fc.assert(
    fc.property(entries, entries, fc.boolean(), (finished, other, isOurs) => {
      const { notBefore: _, ...done } = { ...finished, told: 3 };
      const [theirs, ours] = [
        { ...nothingTold, content: { tag: done } },
        { ...nothingTold, content: { tag: other } },
      ];
      const [now, made] = isOurs ? [ours, theirs] : [theirs, ours];
      expect(isFinished(mergeTold({ before: nothingTold, now, made }).content.tag, 3)).toBe(true);
    }),
  );
});

const early = entryWith({ at: 1 });
const waiting = { outcome: "busy", notBefore: 9 } as const;

test.each<[string, LedgerEntry, LedgerEntry]>([
  ["newer content", entryWith({ told: 8, at: 1, ...waiting }), entryWith({ at: 2 })],
  ["what is finished", entryWith({ at: 1 }), entryWith({ at: 2, ...waiting })],
  ["the later, of two that wait", entryWith({ at: 2, ...waiting }), entryWith({ at: 1, ...waiting })],
  ["the later, of two that are finished", entryWith({ at: 2 }), early],
])("of two runs' entries the one further on stays: %s", (_, further, other) => {
  for (const [theirs, ours] of [
    [further, other],
    [other, further],
  ] as const) {
    const now = { ...nothingTold, content: { tag: theirs } };
    const made = { ...nothingTold, content: { tag: ours } };
    expect(mergeTold({ before: nothingTold, now, made }).content).toEqual({ tag: further });
  }
});

test("of a device's own changes the newer one stays, whichever of their runs recorded it first or later", () => {
  const own = (version: number, at: number) => ({ ...nothingTold, tap: { tag: entryWith({ told: 0, version, at }) } });
  const [earlier, newer] = [own(8, 2), own(9, 1)];
  expect(mergeTold({ before: nothingTold, now: newer, made: earlier })).toEqual(newer);
  expect(mergeTold({ before: nothingTold, now: earlier, made: newer })).toEqual(newer);
});

const reopenedEntry = entryWith({ at: 1, notBefore: atOnce });

test("what another run reopened since it was read stays open, whatever this run told of the same version", () => {
  const [theirs, finished] = [{ tag: reopenedEntry }, { tag: entryWith({ at: 2 }) }];
  const [now, made] = [
    { ...nothingTold, content: theirs },
    { ...nothingTold, content: finished },
  ];
  expect(mergeTold({ before: nothingTold, now, made }).content).toEqual(theirs);
  // Also where nothing else of it is new.
  const before = { ...nothingTold, content: { tag: entryWith({ at: 1 }) } };
  expect(mergeTold({ before, now, made }).content).toEqual(theirs);
});

test("whoever read that it was reopened, and told it, closes it; so does newer content", () => {
  const open = { ...nothingTold, content: { tag: reopenedEntry } };
  for (const [before, told] of [
    [open, 7],
    [nothingTold, 8],
  ] as const) {
    const made = { ...nothingTold, content: { tag: entryWith({ told, at: 2 }) } };
    expect(mergeTold({ before, now: open, made })).toEqual(made);
  }
});

test.each<[string, LedgerEntry | undefined, boolean]>([
  ["nothing was tried", undefined, false],
  ["it was delivered", entryWith(), true],
  ["newer was delivered", entryWith({ told: 8 }), true],
  ["older was delivered", entryWith({ told: 6 }), false],
  ["another try is due", entryWith({ outcome: "busy", notBefore: 1 }), false],
])("%s: finished is %s", (_, entry, finished) => {
  expect(isFinished(entry, 7)).toBe(finished);
});
