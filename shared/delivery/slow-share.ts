import { milliseconds } from "../clock.ts";
import type { OriginPace } from "./origin-pace.ts";

/** All slow origins together have so many requests out, half of what the host has in hand; the other half is for the quick ones. */
const slowMost = 16;
/** Slow is only who is so many times slower than the quickest that answered lately: were all slow alike, the cause would be here. */
const slowTimes = 4;
const latelyMs = 10 * milliseconds.second;

type Paced = { readonly pace: OriginPace };

/**
 * Whether one more request to this origin fits into the share that all slow ones have together; undefined when it needs none, because it is
 * not slow, or nobody is quick. `all` are all origins, this one among them.
 */
export const slowShareOf = ({ pace }: Paced, all: Iterable<Paced>, now: number): "free" | "used-up" | undefined => {
  if (!pace.isSlow(now)) return undefined;
  let out = 0;
  let quickestMs = Infinity;
  for (const { pace: other } of all) {
    if (other.isSlow(now)) out += other.out();
    else if (now - other.answeredAt() < latelyMs) quickestMs = Math.min(quickestMs, other.answerMs(now));
  }
  if (quickestMs * slowTimes >= pace.answerMs(now)) return undefined;
  return out < slowMost ? "free" : "used-up";
};
