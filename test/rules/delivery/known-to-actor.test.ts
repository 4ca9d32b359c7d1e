import { expect, test } from "vitest";
import { knownToActor } from "../../../shared/delivery/known-to-actor.ts";
import { atOnce, nothingTold, type LedgerEntry } from "../../../shared/delivery/ledger.ts";
import { madeBy } from "../../../shared/delivery/settle.ts";
import type { PlatformType } from "../../../shared/notification/notification.ts";
import { channelOf, notificationWith, now, subscriptionId, subscriptionWith } from "../samples.ts";
import { entryWith } from "./entries.ts";

const version = 9;
const deviceOn = (platformType: PlatformType) =>
  subscriptionWith({ id: subscriptionId("actor"), platformType, channel: channelOf(platformType), channelTag: "tag" });
const dismissed = notificationWith({ version, contentVersion: 7, userActionState: "dismissed" });

const standing = { notification: dismissed, ledger: nothingTold, isServed: () => true, now };

/** What is recorded of a device that made version 9, over what the ledger says of taps at it. */
const recordedOver = (last: LedgerEntry | undefined): LedgerEntry | undefined => {
  const ledger = { ...nothingTold, tap: last ? { tag: last } : {} };
  return madeBy(knownToActor(deviceOn("Android"), version, { ...standing, ledger })).tap.tag;
};
const itself = { subscriptionId: subscriptionId("actor"), version, outcome: "delivered", at: now } as const;
const tapFor = (told: number, changes: Partial<LedgerEntry> = {}): LedgerEntry => entryWith({ told, ...changes });

test("who makes a change is known to know that version, of which it was told nothing", () => {
  expect(recordedOver(undefined)).toEqual({ ...itself, told: 0, attempts: 0, reason: "it made the change itself" });
});

test.each<[string, LedgerEntry]>([
  ["an own change of before", tapFor(0, { version: 8, attempts: 0, reason: "it made the change itself" })],
  ["another device's change, told", tapFor(8, { attempts: 3 })],
  ["another device's change, refused", tapFor(8, { outcome: "rejected", reason: "400" })],
])("over what is done, of an older version, what was told stays: %s", (_, last) => {
  expect(recordedOver(last)).toEqual({ ...last, ...itself, reason: "it made the change itself" });
});

test.each<[string, LedgerEntry]>([
  [
    "tried again later",
    tapFor(8, {
      outcome: "busy",
      attempts: 2,
      notBefore: now + 5_000,
      earlier: [{ outcome: "busy", at: now - 9_000 }],
    }),
  ],
  ["held back, and of a newer version", tapFor(11, { outcome: "held", version: 8, attempts: 1, notBefore: now + 1 })],
  ["opened again by who crossed it", tapFor(8, { notBefore: atOnce })],
])("over what is still to be told nothing of that is lost, and the record says so: %s", (_, last) => {
  const reason = "it made the change itself; another device's is still to be told to it";
  expect(recordedOver(last)).toEqual({ ...last, ...itself, reason });
});

test.each<[string, LedgerEntry]>([
  ["this version", tapFor(9)],
  ["this version, by an earlier run of the same message", tapFor(0, { version: 9 })],
  ["a newer one", tapFor(10, { outcome: "busy", notBefore: now })],
])("nothing is recorded over %s", (_, last) => {
  expect(recordedOver(last)).toBeUndefined();
});

test("of a browser, of one whose channel is gone or not served and of no device at all nothing is recorded", () => {
  for (const nobody of [deviceOn("WebPush"), { ...deviceOn("iOS"), channel: null }, undefined]) {
    expect(knownToActor(nobody, version, standing)).toEqual([]);
  }
  expect(knownToActor(deviceOn("iOS"), version, { ...standing, isServed: () => false })).toEqual([]);
});
