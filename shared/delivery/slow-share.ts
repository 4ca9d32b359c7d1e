import { milliseconds } from "../clock.ts";
import type { OriginPace } from "./origin-pace.ts";

/** Slow is only who is so many times slower than the quickest that answered lately: were all slow alike, the cause would be here. */
const slowTimes = 4;
const latelyMs = 10 * milliseconds.second;

type Paced = { readonly pace: OriginPace };
type Others = {
  /** All origins, the one that is asked about among them. */
  readonly all: Iterable<Paced>;
  /** So many requests all slow ones have out together; what is left of the messages in hand is for the quick ones. */
  readonly slowMost: number;
};

/**
 * Whether one more request to this origin fits into the share that all slow ones have together; undefined when it needs none, because it is
 * not slow, or nobody is quick. One that has never answered takes of that share, and waits where it is used
 * up: strangers can name many hosts that are allowed and silent, each of which is new, and not slow yet.
 */
export const slowShareOf = (
  { pace }: Paced,
  { all, slowMost }: Others,
  now: number,
): "free" | "used-up" | undefined => {
  const isSlow = pace.isSlow(now);
  if (!isSlow && pace.hasAnswered()) return undefined;
  let out = 0;
  let quickestMs = Infinity;
  for (const { pace: other } of all) {
    if (other.isSlow(now) || !other.hasAnswered()) out += other.out();
    else if (now - other.answeredAt() < latelyMs) quickestMs = Math.min(quickestMs, other.answerMs(now));
  }
  if (quickestMs === Infinity || (isSlow && quickestMs * slowTimes >= pace.answerMs(now))) return undefined;
  if (out >= slowMost) return "used-up";
  return isSlow ? "free" : undefined;
};
