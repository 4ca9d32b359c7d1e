import { randomBytes } from "node:crypto";
import type { DataKey } from "../../../shared/data-keys.ts";

type DataKeys = readonly [DataKey, ...DataKey[]];

/** A turn of DATA_KEYS: its new value's keys, and what is to be known of it; or why it is not taken. */
export type Turned =
  | { readonly kind: "turned"; readonly keys: DataKeys; readonly told: readonly string[] }
  /** `isUnknown`: there is no such key. */
  | { readonly kind: "refused"; readonly sentence: string; readonly isUnknown?: true };

/**
 * A fresh key. Its id is the day, for people, and something by chance: two keys of one day are two, and a service with one id twice does not
 * start. Ids hold no hyphen.
 */
export const newDataKey = (now: number, id = `k${dayOf(now)}_${randomBytes(3).toString("hex")}`): DataKey => ({
  id,
  key: randomBytes(32),
});

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10).replaceAll("-", "");

/** Behind all others: it opens, and seals nothing yet. */
export const withAdded = (keys: DataKeys, fresh: DataKey): Turned => {
  if (has(keys, fresh.id))
    return refused(
      `There is a key ${fresh.id} already: was it added before? Look with keys ids, or name this one otherwise.`,
    );
  const [first, ...others] = keys;
  const twice = `There were ${keys.length} keys before: if one of them was added a moment ago for the same turn, take this one out again (keys turn drop ${fresh.id}).`;
  return {
    kind: "turned",
    keys: [first, ...others, fresh],
    told: [
      `Added ${fresh.id}, behind.`,
      ...(keys.length > 1 ? [twice] : []),
      `Next, once every instance runs with this value: keys turn front ${fresh.id}.`,
    ],
  };
};

/** In front of all others, from where it seals. What stands there already stays: repeating it changes nothing. */
export const withFront = (keys: DataKeys, id: string): Turned => {
  const front = keys.find((key) => key.id === id);
  if (!front) return unknown(keys, id);
  const others = keys.filter((key) => key !== front);
  const moved = keys[0] === front ? `${id} stood in front already: nothing is changed.` : `${id} stands in front now.`;
  return {
    kind: "turned",
    keys: [front, ...others],
    told: [moved, "Next, once every instance runs with this value: keys reseal."],
  };
};

/** Without a key that only opens. The first is not taken out, for it seals. */
export const withoutKey = (keys: DataKeys, id: string): Turned => {
  if (!has(keys, id)) return unknown(keys, id);
  const [first, ...older] = keys;
  if (first.id === id) {
    const instead = older.length > 0 ? "put another one in front first" : "it is the only one";
    return refused(`${id} is the key that seals, and is not taken out: ${instead}.`);
  }
  return {
    kind: "turned",
    keys: [first, ...older.filter((key) => key.id !== id)],
    told: [
      `Took out ${id}. What it sealed and was not sealed anew is lost to a service that runs with this value. So see first that keys data names ${id} as a ` +
        `key that nothing needs, and that 31 days have gone by since ${first.id} came in front: clients' delta tokens are sealed, too, and last 30.`,
    ],
  };
};

/** Each key's id and what it does, for people. */
export const rolesOf = ([first, ...older]: DataKeys): string =>
  [`${first.id} seals`, ...older.map(({ id }) => `${id} opens what is older`)].join(", ");

const has = (keys: DataKeys, id: string): boolean => keys.some((key) => key.id === id);
const refused = (sentence: string): Turned => ({ kind: "refused", sentence });
const unknown = (keys: DataKeys, id: string): Turned => ({
  kind: "refused",
  sentence: `There is no key ${id}. There is: ${keys.map((key) => key.id).join(", ")}.`,
  isUnknown: true,
});
