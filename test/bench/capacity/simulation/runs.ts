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
  const shareOf = (those: readonly Trouble[]): number => those.reduce((sum, { share }) => sum + share, 0);
  const isRetry = messages.attempts > 0;
  const devices = messages.pushes / Math.max(1, messages.count);
  // A retry is about the devices whose push service was in trouble, and meets it as long as that lasts.
  const meets = (share: number): number => (isRetry && share > 0 ? 1 : share);
  const refused = 1 - (1 - meets(shareOf(present))) * (1 - (1 - allowed) * (isRetry ? 1 : use.fcmShare));
  const failed = binomial(random, messages.pushes, refused);
  const slow = meets(shareOf(present.filter(({ kind }) => kind === "slow")));
  return {
    delivered: messages.pushes - failed,
    held: binomial(random, messages.count, someOf(devices, slow)),
    retries: retriesOf({ ...messages, pushes: failed }, someOf(devices, refused), step, use, random),
  };
};

/** In what part of all cases it is true of one of so many at least. */
const someOf = (count: number, share: number): number => 1 - (1 - share) ** count;

/** Into so many times the retries of a step are spread, for full jitter. */
const times = 8;

/** One message brings all devices of a notification again, later with each attempt. */
const retriesOf = (
  failed: Messages,
  shareOfMessages: number,
  step: number,
  use: Values,
  random: Random,
): readonly Messages[] => {
  if (failed.pushes === 0) return [];
  const count = Math.min(failed.pushes, Math.max(1, Math.round(failed.count * shareOfMessages)));
  const mostSeconds = Math.min(use.retryCapSeconds, use.retryBaseSeconds * 2 ** failed.attempts);
  const retries: Messages[] = [];
  let left: Messages = { ...failed, count, attempts: failed.attempts + 1 };
  for (let time = 0; time < times && left.count > 0; time += 1) {
    const part = partOf(left, Math.ceil(left.count / (times - time)));
    const since = step + stepsOf(Math.max(1, ((time + random.next()) / times) * mostSeconds));
    retries.push({ ...part, since });
    left = { ...left, count: left.count - part.count, pushes: left.pushes - part.pushes };
  }
  return retries;
};
