import * as z from "zod";

/** Permits are leased for slots of ten seconds, and end with them. */
const slotMs = 10_000;

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
  /** How many the instance has already used up in the slot it leased for last, if that is not over; else 0. */
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
 * What is leased and not used is lost with its slot, so little is leased beyond what is waited for: at first a thousandth of the
 * limit, nothing any more of that sort once a slot's leases make a 250th of it, and then a 32nd of what the instance used. At a
 * steady 80 % of the limit seven slots use 93.3 % of it and lose at most 7/250 and a 32nd of their use, 5.7 % together, be the
 * instances few or many: so nobody is refused.
 */
export const lease = (before: Leased, { slot, wanted, used, limit }: Wish): Lease => {
  const { latest, counts } = movedTo(before, slot);
  const left = Math.max(0, limit - sum(counts));
  const inSlot = counts.at(-1) ?? 0;
  const spare = Math.max(0, Math.floor((limit / 250 - inSlot) / 4), Math.floor(used / 32));
  const granted = Math.min(left, wanted + spare);
  const leased = { latest, counts: [...counts.slice(0, -1), inSlot + granted] };
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
