import { z } from "zod";

/** Permits are leased for slots of ten seconds, and end with them. */
export const slotMs = 10_000;

/** A minute, wherever it begins, touches no more than seven neighbouring slots. */
const slotsInMinute = 7;

export const slotOf = (now: number): number => Math.floor(now / slotMs);
export const slotStart = (slot: number): number => slot * slotMs;

/** What all instances together leased for one app: `counts` of the seven slots that end with `latest`, the oldest first. */
export type Leased = { readonly latest: number; readonly counts: readonly number[] };

export const nothingLeased: Leased = { latest: 0, counts: Array<number>(slotsInMinute).fill(0) };

type Wish = {
  /** By the instance's own clock; one before the latest that anybody leased for counts as that. */
  readonly slot: number;
  /** How many are waited for; at least 1. */
  readonly wanted: number;
  /** How many the instance has already used up in that slot. */
  readonly used: number;
  /** Writes a minute; at least 1. */
  readonly limit: number;
};

/**
 * `granted` permits, 0 perhaps, for the slot `leased.latest`. `fullUntil`: none is left for anybody before this slot begins, and
 * then there is one at least; undefined when some are left.
 */
export type Lease = { readonly granted: number; readonly leased: Leased; readonly fullUntil: number | undefined };

/**
 * Leases permits so that seven neighbouring slots never hold more than `limit`: then no minute does, however instances interleave.
 * What is leased and not used is lost with its slot. So it asks for little beyond what is waited for, a thousandth of what is left or
 * a sixteenth of what it used: at 80 % of the limit, 7/6 of 80 % in seven slots are used, at most a sixteenth of that is
 * lost by growth, which comes to 99.2 %, and the thousandths shrink as the rest does. So nobody is refused below 80 %.
 */
export const lease = (before: Leased, { slot, wanted, used, limit }: Wish): Lease => {
  const { latest, counts } = movedTo(before, slot);
  const left = Math.max(0, limit - sum(counts));
  const spare = Math.max(Math.floor(left / 1_000), latest === slot ? Math.floor(used / 16) : 0);
  const granted = Math.min(left, wanted + spare);
  const leased = { latest, counts: [...counts.slice(0, -1), (counts.at(-1) ?? 0) + granted] };
  return { granted, leased, fullUntil: left === granted ? firstWithRoom(leased, limit) : undefined };
};

/** The same seen from a later slot: what left the seven is dropped. */
const movedTo = ({ latest, counts }: Leased, slot: number): Leased => {
  const passed = Math.min(Math.max(0, slot - latest), slotsInMinute);
  return { latest: Math.max(latest, slot), counts: [...counts.slice(passed), ...Array<number>(passed).fill(0)] };
};

const firstWithRoom = (leased: Leased, limit: number): number => {
  let slot = leased.latest + 1;
  while (sum(movedTo(leased, slot).counts) >= limit) slot += 1;
  return slot;
};

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const leasedSchema = z.object({
  latest: z.int().nonnegative(),
  counts: z.array(z.int().nonnegative()).length(slotsInMinute),
});

export const printLeased = (leased: Leased): string => JSON.stringify(leased);

/** Reads what `printLeased` printed. Throws for anything else: only we write it, so that would be our bug. */
export const parseLeased = (text: string): Leased => leasedSchema.parse(JSON.parse(text));
