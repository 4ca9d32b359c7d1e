import { milliseconds } from "../clock.ts";

type Options = {
  /** Nobody is told to wait longer. */
  readonly mostMs: number;
  /** A number in [0, 1). */
  readonly chance: () => number;
};

/** When for so long nobody was turned away, it has begun anew. */
const calmMs = 10 * milliseconds.second;
/** Not later than so long before its end, for it may be turned away once more. */
const beforeEndMs = 10 * milliseconds.second;
const lastTryMs = milliseconds.second;

/**
 * When those who found no room come again: in one or two seconds, or if people have been turned away for longer, in a quarter to a half of
 * that time. An origin that cannot take all it is sent has ever more of them, and each coming costs a message. So about three come
 * again while one is new, however long it lasts.
 */
export const turnedAway = ({ mostMs, chance }: Options) => {
  let since = 0;
  let lastAt = -Infinity;
  return {
    /** Epoch milliseconds at which to come again, later than now. */
    until: (now: number, expiresAt: number): number => {
      if (now - lastAt > calmMs) since = now;
      lastAt = now;
      const drawn = 1 + chance();
      const soon = now + drawn * milliseconds.second;
      const later = now + Math.min(mostMs, (drawn * (now - since)) / 4);
      const until = Math.max(soon, Math.min(later, expiresAt - beforeEndMs));
      return Math.max(now + 1, Math.floor(Math.min(until, expiresAt - lastTryMs)));
    },
  };
};
