import { settingNames } from "../../../functions/config.ts";
import { credentialSettings } from "../../../shared/channels/served.ts";
import type { Environment } from "../surroundings.ts";

const prefixes = Object.values(credentialSettings);
/** Read as well, or by the platform on our behalf. */
const others = ["ServiceBusConnection__credential", "TablesConnection__credential"];
const known = new Set([...settingNames, ...others]);
const wellKnown = [...known, ...prefixes.map((prefix) => `${prefix}DEFAULT`)];

/**
 * Settings that nobody reads and whose names are one of ours with a slip of the pen: such a one stands there, and the app runs with its
 * default. A name of the platform's or of somebody else's is like none of them, so there is no list of those to keep.
 */
export const nearMisses = (env: Environment): readonly { readonly name: string; readonly meant: string }[] =>
  Object.keys(env).flatMap((name) => {
    if (known.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) return [];
    const meant = wellKnown.find((other) => isNear(name.toLowerCase(), other.toLowerCase()));
    return meant === undefined ? [] : [{ name, meant }];
  });

/** Two slips in a name of eight letters or more, one in a shorter one. */
const isNear = (name: string, other: string): boolean => {
  const most = other.length < 8 ? 1 : 2;
  return Math.abs(name.length - other.length) <= most && slipsBetween(name, other) <= most;
};

/** How many letters were added, left out, mistaken, or changed for their neighbours (optimal string alignment). */
const slipsBetween = (one: string, other: string): number => {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const isSame = one[i - 1] === other[j - 1];
      const isTurned = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const at = (of: readonly number[], index: number): number => of[index] ?? Infinity;
      next.push(
        Math.min(
          at(row, j) + 1,
          at(next, j - 1) + 1,
          at(row, j - 1) + (isSame ? 0 : 1),
          isTurned ? at(before, j - 2) + 1 : Infinity,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? Infinity;
};
