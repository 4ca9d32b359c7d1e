import { expect, test } from "vitest";
import {
  atOnce,
  nothingTold,
  toldSince,
  type LedgerEntry,
  type Told,
  type ToldKind,
} from "../../../shared/delivery/ledger.ts";
import { crossedIn, reopened } from "../../../shared/delivery/merge-told.ts";
import { subscriptionId } from "../samples.ts";
import { entryWith } from "./entries.ts";

const toldOf = (entries: Partial<Record<ToldKind, LedgerEntry>>): Told => ({
  content: entries.content ? { tag: entries.content } : {},
  tap: entries.tap ? { tag: entries.tap } : {},
  fallback: entries.fallback ? { tag: entries.fallback } : {},
});
const content = (version: number, more: Partial<LedgerEntry> = {}): Told =>
  toldOf({ content: entryWith({ told: version, ...more }) });
const tap = (version: number, more: Partial<LedgerEntry> = {}): Told =>
  toldOf({ tap: entryWith({ told: version, ...more }) });

/** A device made the change that made this version, whatever it was tapped for before. */
const own = (version: number, more: Partial<LedgerEntry> = {}): Told => tap(0, { version, ...more });

test.each<[string, boolean, { before?: Told; now: Told; made: Told }]>([
  ["nobody else wrote", false, { now: nothingTold, made: content(7) }],
  ["another run told the same", false, { now: content(7, { at: 2 }), made: content(7) }],
  ["another run told something newer", true, { now: content(8), made: content(7) }],
  ["another run told something older", true, { now: content(7), made: content(8) }],
  ["another run told the same content of another version", true, { now: content(7, { version: 8 }), made: content(7) }],
  ["another run tapped for a newer version", true, { now: tap(8), made: content(7) }],
  ["another run brought newer content than was tapped for", true, { now: content(8), made: tap(7) }],
  [
    "another run tapped for the version that this one brought",
    false,
    { now: tap(8), made: content(7, { version: 8 }) },
  ],
  [
    "another run was busy with something newer: it may have arrived",
    true,
    { now: content(8, { outcome: "busy", notBefore: 9 }), made: content(7) },
  ],
  [
    "another run had to hold something newer: it may stand in place of what a third one told",
    true,
    { now: content(8, { outcome: "held", notBefore: 9 }), made: content(7) },
  ],
  ["this run had to hold it", false, { now: content(8), made: content(7, { outcome: "held", notBefore: 9 }) }],
  ["it was read before this run began", false, { before: content(6), now: content(6), made: content(7) }],
  ["the tap was read before this run began", false, { before: tap(8), now: tap(8), made: content(7) }],
  [
    "what was read was told once more meanwhile",
    true,
    { before: content(6), now: content(6, { at: 2, attempts: 2 }), made: content(7) },
  ],
  ["the device made a change while this run brought older content", true, { now: own(9), made: content(7) }],
  ["older content came while this run recorded the device's own change", true, { now: content(7), made: own(9) }],
  ["the device made a change before the one that this run told it of", false, { now: own(8), made: tap(9) }],
  ["another run told it of a change that came behind its own", false, { now: tap(9), made: own(8) }],
  ["the device made one change after the other", false, { now: own(9), made: own(8) }],
  ["so it did, tapped for older ones before", false, { now: own(9, { told: 7 }), made: own(8, { told: 7 }) }],
  ["another run told it alone", false, { now: content(8), made: nothingTold }],
])("%s: the channel was crossed is %s", (_, isCrossed, { before = nothingTold, now, made }) => {
  expect([...crossedIn({ before, now, made })]).toEqual(isCrossed ? ["tag"] : []);
});

test("of many channels those are crossed that were told another version, each by its own account", () => {
  const at = (device: string, told = 7): LedgerEntry => entryWith({ told, subscriptionId: subscriptionId(device) });
  const made = { content: { one: at("1"), two: at("2") }, tap: { three: at("3", 8), four: at("4") }, fallback: {} };
  const now = {
    content: { one: at("1", 8), four: at("4", 8), five: at("5", 8) },
    tap: { three: at("3", 8), two: at("2") },
    fallback: {},
  };
  expect(crossedIn({ before: nothingTold, now, made })).toEqual(new Set(["one", "four"]));
});

test("a device that was told different versions by its old and its new channel is crossed, whichever of the two runs finds out", () => {
  const by = (channelTag: string, told: number): Told => ({
    content: { [channelTag]: entryWith({ told, subscriptionId: subscriptionId("phone") }) },
    tap: {},
    fallback: {},
  });
  const both = new Set(["old", "new"]);
  expect(crossedIn({ before: nothingTold, now: by("old", 7), made: by("new", 8) })).toEqual(both);
  expect(crossedIn({ before: nothingTold, now: by("new", 8), made: by("old", 7) })).toEqual(both);
  expect(crossedIn({ before: nothingTold, now: by("old", 8), made: by("new", 8) })).toEqual(new Set());
});

test("what a run told the crossed is open again at once, for whoever comes if this run dies; nothing else is", () => {
  const [done, waits] = [entryWith(), entryWith({ outcome: "busy", notBefore: 9 })];
  const told = { content: { a: done, b: waits, c: done, d: done }, tap: { a: done }, fallback: {} };
  const made = { content: { a: done, b: waits, c: done }, tap: {}, fallback: {} };
  expect(reopened(told, made, new Set(["a", "b", "d"]))).toEqual({
    content: { a: { ...done, notBefore: atOnce }, b: waits, c: done, d: done },
    tap: { a: done },
    fallback: {},
  });
  expect(reopened(told, made, new Set())).toEqual(told);
});

test("an alert that was made is not made again because something crossed it", () => {
  const told = toldOf({ content: entryWith(), fallback: entryWith() });
  const { content, fallback } = reopened(told, told, new Set(["tag"]));
  expect([content.tag?.notBefore, fallback.tag?.notBefore]).toEqual([atOnce, undefined]);
});

test("told since are the channels whose content or tap is of a newer version, whatever their content's is", () => {
  const [old, newer] = [entryWith({ told: 6, version: 7 }), entryWith({ told: 6, version: 8 })];
  const told = { content: { a: old, b: newer, c: old }, tap: { c: newer, d: newer, e: old }, fallback: {} };
  expect(toldSince(told, 7)).toEqual(new Set(["b", "c", "d"]));
  expect(toldSince(told, 8)).toEqual(new Set());
});
