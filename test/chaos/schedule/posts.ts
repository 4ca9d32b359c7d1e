import { chanceOf } from "../chance.ts";
import type { Mark } from "../content.ts";

/** One content that a caller posts. Those of one notification are posted one after the other, as one caller would. */
export type PlannedPost = Mark & {
  /** Milliseconds after the start at which it is due, unless the one before it is not accepted yet. */
  readonly atMs: number;
  readonly user: number;
  /** Which of the user's devices has the UNSID that is posted to. */
  readonly device: number;
  /** With an `Idempotency-Key`, which its repeats bear as well. */
  readonly hasKey: boolean;
  /** The caller forgets that it was answered and posts the same again. */
  readonly isAskedTwice: boolean;
  /** The caller gives up when its connection breaks: then nothing was promised. */
  readonly givesUp: boolean;
};

type Wish = {
  readonly seed: number;
  readonly seconds: number;
  /** Posts a second. */
  readonly rate: number;
  /** How many devices each user has. */
  readonly devices: readonly number[];
};

/** Replacements per post. */
export const replacingShare = 0.3;
/** Replaced is one of so many that were posted last: some while they are being delivered, some long after. */
const recentMax = 40;

/** Posts at a steady rate, each at a drawn moment of its time slice, to the users in turn. */
export const plannedPosts = ({ seed, seconds, rate, devices }: Wish): readonly PlannedPost[] => {
  const chance = chanceOf(seed, "posts");
  const recent: Mark[] = [];
  let notifications = 0;
  const next = (): Mark => {
    const index = recent.length > 0 && chance.is(replacingShare) ? chance.between(0, recent.length - 1) : undefined;
    const [replaced] = index === undefined ? [] : recent.splice(index, 1);
    if (replaced) return { ...replaced, version: replaced.version + 1 };
    return { notification: notifications++, version: 1 };
  };
  return Array.from({ length: Math.floor(seconds * rate) }, (_, slot) => {
    const mark = next();
    recent.push(mark);
    if (recent.length > recentMax) recent.shift();
    const user = mark.notification % devices.length;
    const hasKey = chance.is(0.3);
    return {
      ...mark,
      atMs: Math.floor(((slot + chance.between(0, 99) / 100) * 1_000) / rate),
      user,
      device: chance.between(0, (devices[user] ?? 1) - 1),
      hasKey,
      isAskedTwice: hasKey && chance.is(0.3),
      givesUp: chance.is(0.05),
    };
  });
};
