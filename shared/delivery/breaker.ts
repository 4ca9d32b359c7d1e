import { milliseconds } from "../clock.ts";

type Options = {
  /** So many failures in a row, without a success between, trip it. */
  readonly failuresMost: number;
  /** For how long nobody is let in the first time; each time after, twice as long. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** The most that whoever is turned away is told to wait longer than until the next try, however long ago it tripped. */
  readonly spreadMostMs: number;
  /** A number in [0, 1). */
  readonly chance: () => number;
};

/** Whoever went in has one, until they say how it went. */
export type Pass = { readonly round: number };
export type Admission =
  { readonly kind: "pass"; readonly pass: Pass } | { readonly kind: "wait"; readonly until: number };

export type Breaker = {
  /** `expiresAt`: what ends sooner than ten seconds from now goes in all the same, for it cannot come again. */
  readonly enter: (now: number, expiresAt: number) => Admission;
  /** Nothing was learnt: whoever comes next may try instead. */
  readonly leave: (pass: Pass) => void;
  /** True when this tripped it. */
  readonly fail: (pass: Pass, failure: Failure) => boolean;
  /** How long ago it had tripped (milliseconds) when this reset it. */
  readonly succeed: (now: number) => number | undefined;
};

type Failure = {
  readonly now: number;
  /** Epoch milliseconds, the origin's own wish: nobody goes in earlier once it has tripped. */
  readonly notBefore: number;
  /** One that is not counted trips nothing; of a try it shows that it is too early to reset. */
  readonly isCounted: boolean;
};

/** Round 0 is everybody but the tries: those who went in before it tripped, or for their last chance. */
const noTry: Pass = { round: 0 };
/** Not later: a message has to come through the queue, and be read. */
const lastChanceMs = 10 * milliseconds.second;
/** However long ago it tripped. Each try may keep a message waiting for the whole of its time limit. */
const triesMost = 4;
/** Whoever comes while the tries are under way comes again after it. */
const tryMs = milliseconds.second;

type Tripped = { readonly since: number; readonly round: number; tryAt: number; triesLeft: number };

/**
 * A circuit breaker: it trips after a number of failures in a row, lets nobody in, and is tried again at growing intervals: one is let in at
 * the first time's end, then two, then four, until one succeeds, which resets it. (Were it one each time, it could be the same each time: a device
 * of a stranger's that always fails would keep everybody out for good.) Who is turned away comes again when the next try is due, and up to a
 * quarter of the time since it tripped later: the longer that lasts the more are waiting, and so each of them asks in vain only a few times.
 */
export const breaker = ({ failuresMost, firstMs, mostMs, spreadMostMs, chance }: Options): Breaker => {
  let failures = 0;
  let wish = 0;
  let tripped: Tripped | undefined;

  const trip = (now: number, since: number, round: number): void => {
    const whole = Math.min(mostMs, firstMs * 2 ** (round - 1));
    const tryAt = Math.max(wish, now + whole / 2 + Math.floor((chance() * whole) / 2));
    tripped = { since, round, tryAt, triesLeft: Math.min(triesMost, 2 ** (round - 1)) };
  };

  const untilOf = ({ since, tryAt }: Tripped, now: number, lastChanceAt: number): number => {
    const from = Math.max(tryAt, now + tryMs);
    const spread = Math.min(spreadMostMs, Math.max(tryMs, (now - since) / 4));
    return Math.max(wish, now + 1, Math.min(lastChanceAt, from + Math.floor(chance() * spread)));
  };

  return {
    enter: (now, expiresAt) => {
      if (!tripped) return { kind: "pass", pass: noTry };
      if (now >= tripped.tryAt && tripped.triesLeft > 0) {
        tripped.triesLeft -= 1;
        return { kind: "pass", pass: { round: tripped.round } };
      }
      const lastChanceAt = expiresAt - lastChanceMs;
      if (now >= lastChanceAt && now >= wish) return { kind: "pass", pass: noTry };
      return { kind: "wait", until: untilOf(tripped, now, lastChanceAt) };
    },
    leave: ({ round }) => {
      if (tripped?.round === round) tripped.triesLeft += 1;
    },
    fail: ({ round }, { now, notBefore, isCounted }) => {
      if (!tripped && !isCounted) return false;
      wish = Math.max(wish, notBefore);
      if (tripped) {
        if (tripped.round === round) trip(now, tripped.since, round + 1);
        tripped.tryAt = Math.max(tripped.tryAt, wish);
        return false;
      }
      failures += 1;
      if (failures < failuresMost) return false;
      trip(now, now, 1);
      return true;
    },
    succeed: (now) => {
      const since = tripped?.since;
      failures = 0;
      wish = 0;
      tripped = undefined;
      return since === undefined ? undefined : now - since;
    },
  };
};
