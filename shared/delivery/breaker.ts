import { milliseconds } from "../clock.ts";

type Options = {
  /** So many failures in a row, without a success between, shut it. */
  readonly failuresMost: number;
  /** For how long it is shut the first time; each time after, twice as long. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** The most that whoever is turned away is told to wait longer than until the next try, however long it has been shut. */
  readonly spreadMostMs: number;
  /** A number in [0, 1). */
  readonly chance: () => number;
};

/** Held by whoever went in, until they say how it went. */
export type Pass = { readonly round: number };
export type Entry = { readonly kind: "pass"; readonly pass: Pass } | { readonly kind: "shut"; readonly until: number };

export type Breaker = {
  /** `expiresAt`: what ends sooner than ten seconds from now goes in all the same, for it cannot come again. */
  readonly enter: (now: number, expiresAt: number) => Entry;
  /** Nothing was learnt: whoever comes next may try instead. */
  readonly leave: (pass: Pass) => void;
  /** True when this shut it. */
  readonly fail: (pass: Pass, failure: Failure) => boolean;
  /** How long it had been shut (milliseconds) when this opened it. */
  readonly succeed: (now: number) => number | undefined;
};

type Failure = {
  readonly now: number;
  /** Epoch milliseconds, the origin's own wish: nobody goes in earlier once it is shut. */
  readonly notBefore: number;
  /** One that is not counted shuts nothing; of a try it shows that it is too early to open. */
  readonly isCounted: boolean;
};

/** Round 0 is everybody but the tries: those who went in while it was open, or for their last chance. */
const noTry: Pass = { round: 0 };
/** Not later: a message has to come through the queue, and be read. */
const lastChanceMs = 10 * milliseconds.second;
/** However long it has been shut. Each try may keep a message waiting for the whole of its time limit. */
const triesMost = 4;
/** Whoever comes while the tries are under way comes again after it. */
const tryMs = milliseconds.second;

type Shut = { readonly since: number; readonly round: number; tryAt: number; triesLeft: number };

/**
 * Shut after a number of failures in a row, and tried again at growing intervals: one is let in at the first time's end, then two, then four,
 * until one succeeds. (Were it one each time, it could be the same each time: a device of a stranger's that always fails would keep everybody
 * out for good.) Who is turned away comes again when the next try is due, and up to a quarter of the time that it has been shut
 * later: the longer it lasts the more are waiting, and so each of them asks in vain only a few times.
 */
export const breaker = ({ failuresMost, firstMs, mostMs, spreadMostMs, chance }: Options): Breaker => {
  let failures = 0;
  let wish = 0;
  let shut: Shut | undefined;

  const close = (now: number, since: number, round: number): void => {
    const whole = Math.min(mostMs, firstMs * 2 ** (round - 1));
    const tryAt = Math.max(wish, now + whole / 2 + Math.floor((chance() * whole) / 2));
    shut = { since, round, tryAt, triesLeft: Math.min(triesMost, 2 ** (round - 1)) };
  };

  const untilOf = ({ since, tryAt }: Shut, now: number, lastChanceAt: number): number => {
    const from = Math.max(tryAt, now + tryMs);
    const spread = Math.min(spreadMostMs, Math.max(tryMs, (now - since) / 4));
    return Math.max(wish, now + 1, Math.min(lastChanceAt, from + Math.floor(chance() * spread)));
  };

  return {
    enter: (now, expiresAt) => {
      if (!shut) return { kind: "pass", pass: noTry };
      if (now >= shut.tryAt && shut.triesLeft > 0) {
        shut.triesLeft -= 1;
        return { kind: "pass", pass: { round: shut.round } };
      }
      const lastChanceAt = expiresAt - lastChanceMs;
      if (now >= lastChanceAt && now >= wish) return { kind: "pass", pass: noTry };
      return { kind: "shut", until: untilOf(shut, now, lastChanceAt) };
    },
    leave: ({ round }) => {
      if (shut?.round === round) shut.triesLeft += 1;
    },
    fail: ({ round }, { now, notBefore, isCounted }) => {
      if (!shut && !isCounted) return false;
      wish = Math.max(wish, notBefore);
      if (shut) {
        if (shut.round === round) close(now, shut.since, round + 1);
        shut.tryAt = Math.max(shut.tryAt, wish);
        return false;
      }
      failures += 1;
      if (failures < failuresMost) return false;
      close(now, now, 1);
      return true;
    },
    succeed: (now) => {
      const since = shut?.since;
      failures = 0;
      wish = 0;
      shut = undefined;
      return since === undefined ? undefined : now - since;
    },
  };
};
