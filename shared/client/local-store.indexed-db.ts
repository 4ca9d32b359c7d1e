import { indexedDbDatabase } from "./database.indexed-db.ts";
import { nothingKnown, type Edit, type Known, type LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";

type Use = {
  readonly indexedDB: IDBFactory;
  readonly baseUrl: string;
  readonly targetHostName: string;
  readonly account: string;
};

/**
 * The store in a database of the browser, of its own for each service, app and account: all tabs and the service worker use the same
 * one, and the browser puts their transactions into one order.
 */
export const indexedDbLocalStore = ({ indexedDB, baseUrl, targetHostName, account }: Use): LocalStore => {
  const name = JSON.stringify(["fanfare", baseUrl, targetHostName.toLowerCase(), account]);
  const { transact, close } = indexedDbDatabase(indexedDB, name, ["feed", "known", "edits"]);
  return {
    read: () => transact("readonly", allRows, stateOf),
    update: (step) =>
      transact("readwrite", allRows, (rows, transaction) => {
        const before = stateOf(rows);
        const after = step(before);
        if (after !== before) write(transaction, before, after);
        return after;
      }),
    clear: () =>
      transact(
        "readwrite",
        (transaction) => [...transaction.objectStoreNames].map((store) => transaction.objectStore(store).clear()),
        () => undefined,
      ),
    close,
  };
};

/** `feed` has one row, all that is no notification and no edit; `known` one for each id; `edits` one for each number. */
const allRows = (transaction: IDBTransaction): readonly IDBRequest[] => [
  transaction.objectStore("feed").get("feed"),
  transaction.objectStore("known").getAll(),
  transaction.objectStore("edits").getAll(),
];

type FeedRow = Pick<LocalState, "mark" | "link" | "lastEdit">;

/** Only what `write` has written is read here: what is kept in another form is in a database of another version. */
const stateOf = (rows: readonly unknown[]): LocalState => {
  const [feed, known, edits] = rows as [FeedRow | undefined, readonly Known[], readonly Edit[]];
  return { ...nothingKnown, ...feed, known: new Map(known.map((one) => [one.notification.id, one])), edits };
};

/** What differs, and no more: a step hands on what it does not change as the very same object. */
const write = (transaction: IDBTransaction, before: LocalState, after: LocalState): void => {
  const { mark, link, lastEdit } = after;
  transaction.objectStore("feed").put({ mark, link, lastEdit } satisfies FeedRow, "feed");
  writeRows(transaction.objectStore("known"), before.known, after.known);
  writeRows(transaction.objectStore("edits"), byNumber(before.edits), byNumber(after.edits));
};

const byNumber = (edits: readonly Edit[]): ReadonlyMap<number, Edit> =>
  new Map(edits.map((edit) => [edit.number, edit]));

const writeRows = <K extends IDBValidKey>(
  store: IDBObjectStore,
  before: ReadonlyMap<K, unknown>,
  after: ReadonlyMap<K, unknown>,
): void => {
  for (const key of before.keys()) if (!after.has(key)) store.delete(key);
  for (const [key, row] of after) if (row !== before.get(key)) store.put(row, key);
};
