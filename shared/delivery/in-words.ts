import { printInstant } from "../notification/instant.ts";
import type { LedgerEntry, PastAttempt } from "./ledger.ts";

/** The latest attempt, as both what became of the content and of the alert tell it. */
export type Latest = {
  /** `none` where none was made. */
  readonly outcome: LedgerEntry["outcome"] | "none";
  readonly reason: string | null;
  readonly attempts: number;
  readonly lastAttemptDateTime: string | null;
};

export const latestOf = (entry: LedgerEntry | undefined): Latest => ({
  outcome: entry?.outcome ?? "none",
  reason: entry?.reason ?? null,
  attempts: entry?.attempts ?? 0,
  lastAttemptDateTime: entry ? printInstant(entry.at) : null,
});

/** One attempt of the past, or the latest one. */
export const attemptOf = ({ outcome, reason, at }: PastAttempt) => ({
  outcome,
  reason: reason ?? null,
  dateTime: printInstant(at),
});

/** What became of the latest attempt, as a part of a sentence. */
export const meaning = ({ outcome, reason, at }: LedgerEntry): string => {
  const because = reason === undefined ? "" : ` (${reason})`;
  switch (outcome) {
    case "delivered":
      return `its push service took it at ${printInstant(at)}`;
    case "gone":
      return `its push service said that the channel is gone${because}`;
    case "busy":
      return `its push service could not take it${because}`;
    case "rejected":
      return `its push service refused it for good${because}`;
    case "misconfigured":
      return `this server's credential for its push service does not do${because}`;
    case "held":
      return `it was held back, not tried${because}`;
    case "gave-up":
      return `given up, for it ends before another try may be made${because}`;
  }
};

export const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/** The end of a sentence: whether the latest attempt was the last, and where it was not, when the next is or (`silence`) why there is none. */
export const andNext = (entry: LedgerEntry, silence: string | undefined): string => {
  if (entry.notBefore === undefined) return ".";
  return silence === undefined
    ? `; it is tried again at ${printInstant(nextOf(entry, entry.notBefore))}.`
    : `; it is not tried again: ${silence}.`;
};

/** When it is tried again: what was reopened is due since it was told. */
export const nextOf = ({ at }: LedgerEntry, notBefore: number): number => Math.max(at, notBefore);
