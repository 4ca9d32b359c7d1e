import { tokenColumn, tokenRowKey } from "../../../shared/channels/shared-tokens.table.ts";
import { keyIdOf, type DataCipher } from "../../../shared/data-keys.ts";
import type { Row, StoredRow, Table, Tables } from "../../../shared/storage/table.ts";
import {
  sealedColumns,
  sealedPlaceOf,
  subscriptionsBelow,
  subscriptionsFrom,
} from "../../../shared/subscription/subscription-row.ts";

/** What is kept sealed with DATA_KEYS, and where. Nothing else in the tables is. */
export type Sealed = {
  readonly what: "subscriptions" | "shared tokens";
  readonly table: Table;
  readonly pages: () => AsyncIterable<readonly StoredRow[]>;
  readonly columns: readonly string[];
  /** What a row's ciphertexts are bound to. */
  readonly placeOf: (row: StoredRow) => string;
};

/** The users' devices alone. */
export const sealedSubscriptionsIn = ({ feeds }: Pick<Tables, "feeds">): Sealed => ({
  what: "subscriptions",
  table: feeds,
  pages: () => feeds.withRowKeys(subscriptionsFrom, subscriptionsBelow),
  columns: sealedColumns,
  placeOf: sealedPlaceOf,
});

export const sealedIn = ({ feeds, tokens }: Tables): readonly Sealed[] => [
  sealedSubscriptionsIn({ feeds }),
  {
    what: "shared tokens",
    table: tokens,
    pages: () => tokens.withRowKey(tokenRowKey),
    columns: [tokenColumn],
    placeOf: ({ partitionKey }) => partitionKey,
  },
];

/** The ids of the keys that a row's values are sealed with, each once. */
export const keyIdsIn = (row: StoredRow, { columns }: Sealed): readonly string[] => [
  ...new Set(columns.flatMap((column) => keyIdOf(row[column]) ?? [])),
];

/** Whether all values of a row open that are sealed with this key. */
export const opensWith = (row: StoredRow, { columns, placeOf }: Sealed, cipher: DataCipher, keyId: string): boolean =>
  columns.every((column) => {
    const value = row[column];
    return typeof value !== "string" || keyIdOf(value) !== keyId || openedBy(cipher, value, placeOf(row)) !== undefined;
  });

/** The row with every value sealed anew that is not sealed with the first key and opens; undefined when there is none. */
export const resealed = (
  found: StoredRow,
  { columns, placeOf }: Sealed,
  { cipher, first }: { readonly cipher: DataCipher; readonly first: string },
): Row | undefined => {
  const place = placeOf(found);
  const anew: Record<string, string> = {};
  for (const column of columns) {
    const value = found[column];
    if (typeof value !== "string" || keyIdOf(value) === first) continue;
    const text = openedBy(cipher, value, place);
    if (text !== undefined) anew[column] = cipher.seal(text, place);
  }
  if (Object.keys(anew).length === 0) return undefined;
  const { etag: _, ...row } = found;
  return { ...row, ...anew };
};

const openedBy = (cipher: DataCipher, sealed: string, place: string): string | undefined => {
  try {
    return cipher.open(sealed, place);
  } catch {
    return undefined; // its key is gone, or it is not what stood there
  }
};
