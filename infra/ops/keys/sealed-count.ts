import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import type { Tables } from "../../../shared/storage/table.ts";
import { endOf } from "../../../shared/subscription/subscription-row.ts";
import type { Surroundings } from "../surroundings.ts";
import { keyIdsIn, opensWith, sealedIn, type Sealed } from "./sealed.ts";

/**
 * Which key it is: `first` seals what is new, `older` ones open only, one that is `missing` from DATA_KEYS opens nothing any more; `unknown`
 * where DATA_KEYS is not at hand.
 */
type Role = "first" | "older" | "missing" | "unknown";

export type SealedCount = {
  readonly keyId: string;
  readonly role: Role;
  readonly subscriptions: number;
  readonly sharedTokens: number;
  /** How many of them do not open with DATA_KEYS' key of that id: it is another one, or the row was tampered with. Of a missing key all. */
  readonly unopened: number;
  /** When the last of the subscriptions ends unless it is renewed, which seals it anew; epoch milliseconds, 0 for none. */
  readonly lastExpiresAt: number;
};

type Keys = readonly [DataKey, ...DataKey[]] | undefined;

/** Counts what is sealed, by key, those of DATA_KEYS that seal nothing included. The store goes through its tables. */
export const sealedCounts = async (
  tables: Tables,
  keys: Keys,
  { output, stop }: Pick<Surroundings, "output" | "stop">,
): Promise<readonly SealedCount[]> => {
  const cipher = keys && dataCipher(keys);
  const counts = new Map((keys ?? []).map(({ id }) => [id, none(id, keys)]));
  const add = (sealed: Sealed, keyId: string, change: Partial<SealedCount>): void => {
    const now = counts.get(keyId) ?? none(keyId, keys);
    counts.set(keyId, {
      ...now,
      subscriptions: now.subscriptions + (sealed.what === "subscriptions" ? 1 : 0),
      sharedTokens: now.sharedTokens + (sealed.what === "shared tokens" ? 1 : 0),
      unopened: now.unopened + (change.unopened ?? 0),
      lastExpiresAt: Math.max(now.lastExpiresAt, change.lastExpiresAt ?? 0),
    });
  };
  let rows = 0;
  for (const sealed of sealedIn(tables)) {
    for await (const page of sealed.pages()) {
      stop.throwIfAborted();
      for (const row of page) {
        for (const keyId of keyIdsIn(row, sealed)) {
          const unopened = cipher && !opensWith(row, sealed, cipher, keyId) ? 1 : 0;
          add(sealed, keyId, { unopened, lastExpiresAt: endOf(row) });
        }
      }
      output.progress(`Counting: ${(rows += page.length)} rows.`);
    }
  }
  return [...counts.values()].toSorted((a, b) => roles.indexOf(a.role) - roles.indexOf(b.role));
};

const roles: readonly Role[] = ["first", "older", "unknown", "missing"];

const none = (keyId: string, keys: Keys): SealedCount => ({
  keyId,
  role: roleOf(keyId, keys),
  subscriptions: 0,
  sharedTokens: 0,
  unopened: 0,
  lastExpiresAt: 0,
});

const roleOf = (keyId: string, keys: Keys): Role => {
  if (!keys) return "unknown";
  const index = keys.findIndex(({ id }) => id === keyId);
  if (index === 0) return "first";
  return index > 0 ? "older" : "missing";
};
