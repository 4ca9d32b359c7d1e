import type { Outcome } from "../channels/outcome.ts";
import { milliseconds } from "../clock.ts";
import { breaker, type Pass } from "./breaker.ts";
import type { RetryPolicy } from "./decide.ts";
import type { Held } from "./governor.ts";
import { learnOfCredential, learnOfOrigin, type Change } from "./learn.ts";
import { originPace, type Begun, type PaceLimits } from "./origin-pace.ts";
import { remembered } from "./remembered.ts";
import { turnedAway } from "./turned-away.ts";
import { userShares } from "./user-shares.ts";

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

/** One credential of many devices is refused less than three times in a row by chance, or by an endpoint that somebody made up. */
const refusalsMost = 3;
const failuresMost = 5;
const credentialsMost = 1_000;

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
  const shares = userShares(pace);
  const away = turnedAway({ mostMs: capMs, chance });
  const awayWithSome = turnedAway({ mostMs: capMs, chance });

  return {
    pace,
    /** Undefined when there is no room. */
    enter: ({ name, whose, expiresAt }: Coming, now: number): Turn | Held | undefined => {
      const atOrigin = down.enter(now, expiresAt, whose);
      if (atOrigin.kind === "wait") return { kind: "held", reason: "the origin is down", until: atOrigin.until };
      const atCredential = refused.of(name).enter(now, expiresAt, whose);
      if (atCredential.kind === "pass" && shares.hasRoomFor(whose, now)) {
        const credential = { name, pass: atCredential.pass };
        return { kind: "turn", request: shares.begin(whose, now), whose, origin: atOrigin.pass, credential };
      }
      down.leave(atOrigin.pass);
      if (atCredential.kind === "wait")
        return { kind: "held", reason: `the credential ${name} is refused`, until: atCredential.until };
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
      until: (shares.hasSomeOut(whose) ? awayWithSome : away).until(now, expiresAt),
    }),
    /** The attempt came to nothing, by a fault of ours. */
    leave: (turn: Turn, now: number): void => {
      const { origin, credential } = turn;
      shares.leave(turn, now);
      down.leave(origin);
      refused.of(credential.name).leave(credential.pass);
    },
    learn: (turn: Turn, outcome: Outcome, now: number): Change[] => {
      const {
        origin,
        credential: { name, pass },
      } = turn;
      shares.end(turn, outcome, now);
      const answer = { outcome, now, wishMostMs: capMs };
      return [...learnOfOrigin(down, origin, answer), ...learnOfCredential(refused.of(name), pass, outcome, now)];
    },
  };
};

export type PushOrigin = ReturnType<typeof pushOrigin>;
