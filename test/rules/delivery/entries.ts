import type { LedgerEntry, Told } from "../../../shared/delivery/ledger.ts";
import { now, subscriptionId } from "../samples.ts";

/** What the ledger says of one channel: that version 7 was delivered a second ago, but for the `changes`. */
export const entryWith = (changes: Partial<LedgerEntry> = {}): LedgerEntry => ({
  subscriptionId: subscriptionId("browser"),
  told: 7,
  version: changes.told ?? 7,
  outcome: "delivered",
  attempts: 1,
  at: now - 1_000,
  ...changes,
});

/** Another run has added to what was known. */
export const withRun = (known: Told, made: Partial<Told>): Told => ({
  content: { ...known.content, ...made.content },
  tap: { ...known.tap, ...made.tap },
  fallback: { ...known.fallback, ...made.fallback },
});
