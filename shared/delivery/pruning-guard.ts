import { milliseconds } from "../clock.ts";
import { lastMinute, type Counts } from "./last-minute.ts";

export type Judgement = {
  /** False: too many at once said what would end a subscription or a delivery, so it is not believed. */
  readonly isBelieved: boolean;
  /** What this very answer changed, if anything. */
  readonly change?: "stopped" | "resumed";
  /** How many in a hundred said so, of those that were looked at. */
  readonly sharePercent: number;
};

/** Fewer say nothing about a credential. */
const seenLeast = 50;
/** So many endings of one user count in a minute: of fifty dead channels each may be what a stranger wrote there. A tenth of the least. */
const oneUsersMost = 5;

/**
 * Watches the answers to one credential for those that end something: when more than a share of them do, within a minute and of
 * at least fifty, the credential is the likelier cause, and none is believed any more. They are again once at least fifty answers in a
 * row, over a minute or more, had no more than the share; not when it gets quiet, for then the retries of what was not believed, ever rarer,
 * would one by one be believed after all. A share of 100 never stops anything.
 */
export const pruningGuard = (shareMaxPercent: number) => {
  const minute = lastMinute();
  /** What came since it stopped, or since it was last looked at whether it might end. */
  let stopped: (Counts & { readonly since: number }) | undefined;

  /** How many endings each user had in this minute of the clock. */
  const endings = { minute: -1, of: new Map<string, number>() };
  const isOneTooMany = (whose: string, now: number): boolean => {
    const current = Math.floor(now / milliseconds.minute);
    if (endings.minute !== current) {
      endings.minute = current;
      endings.of.clear();
    }
    const number = (endings.of.get(whose) ?? 0) + 1;
    endings.of.set(whose, number);
    return number > oneUsersMost;
  };

  const isTooMuch = ({ seen, ending }: Counts): boolean => ending * 100 > seen * shareMaxPercent;

  const judgeOpen = (now: number, isEnding: boolean): Judgement => {
    const total = minute.count(now, isEnding);
    const sharePercent = shareOf(total);
    if (total.seen < seenLeast || !isTooMuch(total)) return { isBelieved: true, sharePercent };
    stopped = { since: now, seen: 0, ending: 0 };
    return { isBelieved: false, change: "stopped", sharePercent };
  };
  const judgeStopped = (since: Counts & { readonly since: number }, now: number, isEnding: boolean): Judgement => {
    since.seen += 1;
    since.ending += Number(isEnding);
    const sharePercent = shareOf(since);
    const isLookedAt = since.seen >= seenLeast && now - since.since >= milliseconds.minute;
    if (!isLookedAt) return { isBelieved: false, sharePercent };
    stopped = isTooMuch(since) ? { since: now, seen: 0, ending: 0 } : undefined;
    if (stopped) return { isBelieved: false, sharePercent };
    minute.forget();
    return { isBelieved: true, change: "resumed", sharePercent };
  };

  /**
   * Counts one answer, at a device of that user (any name), and judges it. Those that tell nothing of a device (`busy`) are not to be
   * counted.
   */
  return (now: number, isEnding: boolean, whose: string): Judgement => {
    if (isEnding && isOneTooMany(whose, now)) return { isBelieved: !stopped, sharePercent: 0 };
    return stopped ? judgeStopped(stopped, now, isEnding) : judgeOpen(now, isEnding);
  };
};

export type PruningGuard = ReturnType<typeof pruningGuard>;

const shareOf = ({ seen, ending }: Counts): number => Math.round((ending * 100) / seen);
