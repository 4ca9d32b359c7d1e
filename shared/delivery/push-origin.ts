import type { Outcome } from "../channels/outcome.ts";
import { milliseconds } from "../clock.ts";
import { breaker, type Breaker, type Pass } from "./breaker.ts";
import type { RetryPolicy } from "./decide.ts";
import type { Held } from "./governor.ts";
import { originPace, type Begun, type End, type PaceLimits } from "./origin-pace.ts";
import { remembered } from "./remembered.ts";
import { turnedAway } from "./turned-away.ts";

type Options = {
  readonly policy: RetryPolicy;
  readonly pace: PaceLimits;
  readonly chance: () => number;
};

/** Somebody who wants to be sent something: with which credential, whose device it is, and when (epoch milliseconds) it is of no use any more. */
export type Coming = { readonly name: string; readonly whose: string; readonly expiresAt: number };

/** May be attempted; whoever has it says how it went, by `learn` or `leave`. */
export type Turn = {
  readonly kind: "turn";
  readonly request: Begun;
  readonly whose: string;
  readonly origin: Pass;
  readonly credential: { readonly name: string; readonly pass: Pass };
};

/** What one answer changed for all on its route. */
export type Change =
  | { readonly kind: "origin-down" | "credential-refused" }
  /** After how many milliseconds. */
  | { readonly kind: "origin-up" | "credential-accepted"; readonly afterMs: number };

/** One credential of many devices is refused less than three times in a row by chance, or by an endpoint that somebody made up. */
const refusalsMost = 3;
const failuresMost = 5;
const credentialsMost = 1_000;
/** An origin is given less when it pushes back, or is silent, to so many users without serving anybody between. */
const pressedMost = 2;

/**
 * One push origin: its pace, a breaker for all of it, and one for each credential on it. The breaker of the origin counts answers
 * that it cannot serve and silence, not that it wants less: that is what the pace is for. A credential's counts its refusals.
 */
export const pushOrigin = ({ policy, pace: limits, chance }: Options) => {
  const capMs = policy.capSeconds * milliseconds.second;
  const mostMs = Math.min(30 * milliseconds.second, capMs);
  const firstMs = Math.min(policy.baseSeconds * milliseconds.second, mostMs);
  const down = breaker({ failuresMost, firstMs, mostMs, spreadMostMs: capMs, chance });
  const refused = remembered(credentialsMost, () =>
    breaker({
      failuresMost: refusalsMost,
      firstMs: Math.min(milliseconds.minute, capMs),
      mostMs: Math.min(15 * milliseconds.minute, capMs),
      spreadMostMs: capMs,
      chance,
    }),
  );
  const pace = originPace(limits);
  const unserved = new Set<string>();
  const outOf = new Map<string, number>();
  /** A user has no more out than there is room left: one alone has half, a second one a quarter, and there is always room for the next. */
  const isFair = (whose: string, now: number): boolean => (outOf.get(whose) ?? 0) < pace.room(now);
  const begin = (whose: string, now: number): Begun => {
    outOf.set(whose, (outOf.get(whose) ?? 0) + 1);
    return pace.begin(now);
  };
  const end = ({ request, whose }: Turn, how: End, now: number): void => {
    const left = (outOf.get(whose) ?? 1) - 1;
    if (left > 0) outOf.set(whose, left);
    else outOf.delete(whose);
    pace.end(request, how, now);
  };
  /** One user's devices may be pushed back, or hang, where all others are well: an endpoint is its owner's own choice. */
  const endOf = (outcome: Outcome, whose: string): End => {
    const how = endByOutcome(outcome);
    if (how === "served") unserved.clear();
    if (how !== "pushed-back" && how !== "silent") return how;
    if (unserved.size < pressedMost) unserved.add(whose);
    if (unserved.size >= pressedMost) return how;
    return how === "silent" ? "odd-silence" : "odd-answer";
  };
  const away = turnedAway({ mostMs: capMs, chance });
  const awayWithSome = turnedAway({ mostMs: capMs, chance });

  return {
    pace,
    /** Undefined when there is no room. */
    enter: ({ name, whose, expiresAt }: Coming, now: number): Turn | Held | undefined => {
      const atOrigin = down.enter(now, expiresAt, whose);
      if (atOrigin.kind === "wait") return { kind: "held", reason: "the origin is down", until: atOrigin.until };
      const atCredential = refused.of(name).enter(now, expiresAt, whose);
      if (atCredential.kind === "pass" && isFair(whose, now)) {
        const credential = { name, pass: atCredential.pass };
        return { kind: "turn", request: begin(whose, now), whose, origin: atOrigin.pass, credential };
      }
      down.leave(atOrigin.pass);
      if (atCredential.kind === "wait")
        return { kind: "held", reason: "the credential is refused", until: atCredential.until };
      refused.of(name).leave(atCredential.pass);
      return undefined;
    },
    /**
     * For whom there was no room, or none to wait for. Whose requests are out already does not count for how long others have been turned
     * away: one user's devices that hang would have everybody else come again ever later.
     */
    turnAway: (reason: string, { whose, expiresAt }: Coming, now: number): Held => ({
      kind: "held",
      reason,
      until: (outOf.has(whose) ? awayWithSome : away).until(now, expiresAt),
    }),
    /** The attempt came to nothing, by a fault of ours. */
    leave: (turn: Turn, now: number): void => {
      const { origin, credential } = turn;
      end(turn, "unknown", now);
      down.leave(origin);
      refused.of(credential.name).leave(credential.pass);
    },
    learn: (turn: Turn, outcome: Outcome, now: number): Change[] => {
      const {
        whose,
        origin,
        credential: { name, pass },
      } = turn;
      end(turn, endOf(outcome, whose), now);
      const answer = { outcome, now, wishMostMs: capMs };
      return [...learnOfOrigin(down, origin, answer), ...learnOfCredential(refused.of(name), pass, outcome, now)];
    },
  };
};

type Answer = { readonly outcome: Outcome; readonly now: number; readonly wishMostMs: number };

export type PushOrigin = ReturnType<typeof pushOrigin>;

const endByOutcome = (outcome: Outcome): End => {
  switch (outcome.kind) {
    case "delivered":
    case "gone":
    case "misconfigured":
      return "served";
    case "rejected":
      return "unknown"; // perhaps by ourselves, before anybody was asked
    case "busy":
      return outcome.origin === "silent" ? "silent" : "pushed-back";
  }
};

/**
 * Whoever was asked to wait keeps to it, however long; for the others the origin is tried again after `wishMostMs` at the latest. Else one
 * answer with a wrong date in it would have everything given up.
 */
const learnOfOrigin = (down: Breaker, pass: Pass, { outcome, now, wishMostMs }: Answer): Change[] => {
  if (outcome.kind === "rejected") down.leave(pass);
  else if (outcome.kind === "busy") {
    const notBefore = now + Math.min(wishMostMs, (outcome.retryAfterSeconds ?? 0) * milliseconds.second);
    const isCounted = outcome.origin !== "throttled";
    return down.fail(pass, { now, notBefore, isCounted }) ? [{ kind: "origin-down" }] : [];
  } else {
    const afterMs = down.succeed(pass, now);
    if (afterMs !== undefined) return [{ kind: "origin-up", afterMs }];
  }
  return [];
};

const learnOfCredential = (refused: Breaker, pass: Pass, outcome: Outcome, now: number): Change[] => {
  if (outcome.kind === "misconfigured")
    return refused.fail(pass, { now, notBefore: now, isCounted: true }) ? [{ kind: "credential-refused" }] : [];
  if (outcome.kind !== "delivered" && outcome.kind !== "gone") {
    refused.leave(pass);
    return [];
  }
  const afterMs = refused.succeed(pass, now);
  return afterMs === undefined ? [] : [{ kind: "credential-accepted", afterMs }];
};
