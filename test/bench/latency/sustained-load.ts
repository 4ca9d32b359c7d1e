import { median } from "../statistics.ts";
import type { Figures } from "./figures.ts";

/** From one try to the next. */
const stepFactor = 1.1;
const triesMost = 9;
/** What those due last may take longer than those due first. At 2 % too much they would after eight seconds. */
const growthMostMs = 150;

/** Whether a load can go on: everything was accepted, everything arrived, and it did not take longer and longer. */
export const isSustained = ({ refused, lost, growthMs }: Pick<Figures, "refused" | "lost" | "growthMs">): boolean =>
  refused + lost === 0 && growthMs <= growthMostMs;

/** By how much the last quarter of the values, as they came, is above the first, in the middle. */
export const growthOf = (values: readonly number[]): number => {
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return median(values.slice(-quarter)) - median(values.slice(0, quarter));
};

/**
 * The highest load (per second) that was sustained: upwards from the first one by a tenth at a time while it is, or downwards until it
 * is. Throws a sentence when none is, nine times.
 */
export const sustainedLoad = async (
  first: number,
  isHeld: (perSecond: number) => Promise<boolean>,
): Promise<number> => {
  let perSecond = first;
  let highest: number | undefined;
  for (let tries = 0; tries < triesMost; tries += 1) {
    const isUp = await isHeld(perSecond);
    if (isUp) highest = perSecond;
    // It turned: what came before was held on the way up, or this is on the way down.
    if (highest !== undefined && (!isUp || perSecond < first)) return highest;
    perSecond = isUp ? perSecond * stepFactor : perSecond / stepFactor;
  }
  if (highest === undefined) throw new Error(`Not even ${perSecond.toFixed(0)} a second were sustained.`);
  return highest;
};
