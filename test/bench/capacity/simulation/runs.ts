import type { Random } from "../../../simulation/random.ts";
import type { Values } from "../inputs/inputs.ts";
import { binomial } from "./chance.ts";
import { stepSeconds, stepsOf } from "./clock.ts";
import type { Trouble } from "./trouble.ts";
import { partOf, type Messages } from "./waiting.ts";

/** What became of runs: pushes that arrived, runs that wait for a slow push service, and the messages by which the others are tried again. */
export type Ran = { readonly delivered: number; readonly held: number; readonly retries: readonly Messages[] };

type Surroundings = {
  readonly troubles: readonly Trouble[];
  /** The part of FCM's pushes that its quota lets through. */
  readonly allowed: number;
  readonly use: Values;
  readonly random: Random;
};

/** Runs messages that are alike, in this step. */
export const run = (messages: Messages, step: number, { troubles, allowed, use, random }: Surroundings): Ran => {
  const now = step * stepSeconds;
  const present = troubles.filter(({ fromSecond, untilSecond }) => now >= fromSecond && now < untilSecond);
  const awaySeconds = Math.max(0, ...present.map(({ fromSecond }) => now - fromSecond));
  const shareOf = (those: readonly Trouble[]): number => those.reduce((sum, { share }) => sum + share, 0);
  const isRetry = messages.attempts > 0;
  const devices = messages.pushes / Math.max(1, messages.count);
  // A retry is about the devices whose push service was in trouble, and meets it as long as that lasts.
  const meets = (share: number): number => (isRetry && share > 0 ? 1 : share);
  const refused = 1 - (1 - meets(shareOf(present))) * (1 - (1 - allowed) * (isRetry ? 1 : use.fcmShare));
  const failed = binomial(random, messages.pushes, refused);
  // Soon nobody is asked to wait for it any more: its breaker has tripped.
  const isSlow = ({ kind, fromSecond }: Trouble): boolean => kind === "slow" && now - fromSecond < use.slowPushSeconds;
  const slow = meets(shareOf(present.filter(isSlow)));
  return {
    delivered: messages.pushes - failed,
    held: binomial(random, messages.count, someOf(devices, slow)),
    retries: retriesOf({ ...messages, pushes: failed }, someOf(devices, refused), step, random, (part) =>
      present.length > 0
        ? waitWhileAway(awaySeconds, part, use, random)
        : part * Math.min(use.retryCapSeconds, use.retryBaseSeconds * 2 ** messages.attempts),
    ),
  };
};

/** In what part of all cases it is true of one of so many at least. */
export const someOf = (count: number, share: number): number => 1 - (1 - share) ** count;

/** Until when its breaker turns away who comes: to the next try, and longer the longer it is away (`shared/delivery/breaker.ts`). */
const waitWhileAway = (awaySeconds: number, part: number, use: Values, random: Random): number => {
  const interval = Math.min(use.breakerMostSeconds, Math.max(use.retryBaseSeconds, awaySeconds));
  const spread = Math.min(use.retryCapSeconds, Math.max(1, awaySeconds * use.awaySpread));
  return random.next() * interval + part * spread + random.next() * use.retryBaseSeconds;
};

/** Into so many times the retries of a step are spread. */
const times = 8;

/** One message brings all devices of a notification again, after its wait: that is told for each part of the jitter, 0 to 1. */
const retriesOf = (
  failed: Messages,
  shareOfMessages: number,
  step: number,
  random: Random,
  waitOf: (part: number) => number,
): readonly Messages[] => {
  if (failed.pushes === 0) return [];
  const count = Math.min(failed.pushes, Math.max(1, Math.round(failed.count * shareOfMessages)));
  const retries: Messages[] = [];
  let left: Messages = { ...failed, count, attempts: failed.attempts + 1 };
  const used = Math.min(times, count);
  for (let time = 0; time < used; time += 1) {
    const part = partOf(left, Math.round(left.count / (used - time)));
    const seconds = Math.max(1, waitOf((time + random.next()) / used));
    // Moved to its notification's next meeting time, which is somewhere in the largest power of two below the wait.
    const met = seconds + random.next() * 2 ** Math.floor(Math.log2(seconds));
    retries.push({ ...part, since: step + stepsOf(met) });
    left = { ...left, count: left.count - part.count, pushes: left.pushes - part.pushes };
  }
  return retries;
};
