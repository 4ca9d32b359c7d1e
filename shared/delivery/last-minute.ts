import { milliseconds } from "../clock.ts";

/** Answers, and how many of them end something. */
export type Counts = { seen: number; ending: number };

const slots = 60;
const none = -Infinity;

/**
 * Counts the answers of a rolling minute, in slots of a second. A clock that is set back a little stands still here until it is there again; by a
 * minute or more, and the count begins anew.
 */
export const lastMinute = () => {
  const bySecond = Array.from({ length: slots }, (): Counts => ({ seen: 0, ending: 0 }));
  const total: Counts = { seen: 0, ending: 0 };
  let current = none;

  const empty = (second: number): void => {
    const slot = slotOf(second);
    total.seen -= slot.seen;
    total.ending -= slot.ending;
    slot.seen = 0;
    slot.ending = 0;
  };
  const slotOf = (second: number): Counts => bySecond[second % slots] ?? total;
  const forget = (): void => {
    for (const slot of bySecond) Object.assign(slot, { seen: 0, ending: 0 });
    Object.assign(total, { seen: 0, ending: 0 });
    current = none;
  };

  return {
    forget,
    /** All of the minute that ends now (epoch milliseconds), with this one. */
    count: (now: number, isEnding: boolean): Counts => {
      const second = Math.floor(now / milliseconds.second);
      if (Math.abs(second - current) >= slots) forget();
      if (current === none) current = second;
      while (current < second) empty((current += 1));
      const slot = slotOf(current);
      slot.seen += 1;
      total.seen += 1;
      if (isEnding) {
        slot.ending += 1;
        total.ending += 1;
      }
      return total;
    },
  };
};
