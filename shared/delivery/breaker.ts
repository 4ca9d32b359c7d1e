import { milliseconds } from "../clock.ts";
import { failuresInARow } from "./failures-in-a-row.ts";

type Options = {
  /** So many failures in a row, without a success between, trip it; of as many users, if others are served. */
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
export type Pass = { readonly round: number; readonly whose: string };
export type Admission =
  { readonly kind: "pass"; readonly pass: Pass } | { readonly kind: "wait"; readonly until: number };

export type Breaker = {
  /**
   * `expiresAt`: what ends sooner than ten seconds from now goes in all the same, for it cannot come again. `whose`: the user's devices it is for, by
   * any name.
   */
  readonly enter: (now: number, expiresAt: number, whose: string) => Admission;
  /** Nothing was learnt: whoever comes next may try instead. */
  readonly leave: (pass: Pass) => void;
  /** True when this tripped it. */
  readonly fail: (pass: Pass, failure: Failure) => boolean;
  /** How long ago it had tripped (milliseconds) when this reset it. */
  readonly succeed: (pass: Pass, now: number) => number | undefined;
};

type Failure = {
  readonly now: number;
  /** Epoch milliseconds, the origin's own wish: nobody goes in earlier once it has tripped. */
  readonly notBefore: number;
  /** One that is not counted trips nothing; of a try it shows that it is too early to reset. */
  readonly isCounted: boolean;
};

/** The round of everybody but the tries: those who went in before it tripped, or for their last chance. */
const noTry = 0;
/** Not later: a message has to come through the queue, and be read. */
const lastChanceMs = 10 * milliseconds.second;
/** However long ago it tripped. Each try may keep a message waiting for the whole of its time limit. */
const triesMost = 4;
/** Whoever comes while the tries are under way comes again after it. */
const tryMs = milliseconds.second;

/** Of more users that have tried, all are forgotten, and may try like the others. */
const triedMost = 1_000;

type Tripped = {
  readonly since: number;
  readonly round: number;
  /** The users that have tried since. */
  readonly tried: Set<string>;
  tryAt: number;
  triesLeft: number;
};

/**
 * A circuit breaker: it trips after a number of failures in a row, lets nobody in, and is tried again at growing intervals: one is let in at
 * the first time's end, then two, then four, until one succeeds, which resets it. Who is turned away comes again when the next try is due, and
 * up to a quarter of the time since it tripped later: the longer that lasts the more are waiting, and so each of them asks in vain only a few times.
 * A user one of whose devices has tried may try again when all these have come: else a stranger's fifty devices that always fail could be
 * the ones to try each time, and keep everybody out for good.
 */
export const breaker = ({ failuresMost, firstMs, mostMs, spreadMostMs, chance }: Options): Breaker => {
  const failures = failuresInARow(failuresMost);
  let wish = 0;
  let tripped: Tripped | undefined;

  const trip = (now: number, { since, round, tried }: Pick<Tripped, "since" | "round" | "tried">): void => {
    const whole = Math.min(mostMs, firstMs * 2 ** (round - 1));
    const tryAt = Math.max(wish, now + whole / 2 + Math.floor((chance() * whole) / 2));
    if (tried.size > triedMost) tried.clear();
    tripped = { since, round, tried, tryAt, triesLeft: Math.min(triesMost, 2 ** (round - 1)) };
  };

  const spreadAt = (now: number, { since }: Tripped): number =>
    Math.min(spreadMostMs, Math.max(tryMs, (now - since) / 4));
  /** From when that user's devices may try. */
  const openAt = (state: Tripped, whose: string): number =>
    state.tried.has(whose) ? state.tryAt + spreadAt(state.tryAt, state) : state.tryAt;
  const untilOf = (state: Tripped, now: number, whose: string, lastChanceAt: number): number => {
    const from = Math.max(openAt(state, whose), now + tryMs);
    return Math.max(wish, now + 1, Math.min(lastChanceAt, from + Math.floor(chance() * spreadAt(now, state))));
  };

  return {
    enter: (now, expiresAt, whose) => {
      if (!tripped) return { kind: "pass", pass: { round: noTry, whose } };
      if (now >= openAt(tripped, whose) && tripped.triesLeft > 0) {
        tripped.triesLeft -= 1;
        tripped.tried.add(whose);
        return { kind: "pass", pass: { round: tripped.round, whose } };
      }
      const lastChanceAt = expiresAt - lastChanceMs;
      if (now >= lastChanceAt && now >= wish) return { kind: "pass", pass: { round: noTry, whose } };
      return { kind: "wait", until: untilOf(tripped, now, whose, lastChanceAt) };
    },
    leave: ({ round, whose }) => {
      if (tripped?.round !== round) return;
      tripped.triesLeft += 1;
      tripped.tried.delete(whose);
    },
    fail: ({ round, whose }, { now, notBefore, isCounted }) => {
      if (!tripped && !isCounted) return false;
      wish = Math.max(wish, notBefore);
      if (tripped) {
        if (tripped.round === round) trip(now, { ...tripped, round: round + 1 });
        tripped.tryAt = Math.max(tripped.tryAt, wish);
        return false;
      }
      if (!failures.fail(whose, now)) return false;
      failures.forget();
      trip(now, { since: now, round: 1, tried: new Set() });
      return true;
    },
    succeed: ({ whose }, now) => {
      const since = tripped?.since;
      failures.succeed(whose, now);
      wish = 0;
      tripped = undefined;
      return since === undefined ? undefined : now - since;
    },
  };
};
