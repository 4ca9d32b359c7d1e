import { indexedDbDatabase, resultOf, type StoreOf } from "./database.indexed-db.ts";
import { nothingKnown, type Known, type LocalState } from "./local-state.ts";
import type { LocalStore } from "./local-store.ts";

type Use = {
  readonly indexedDB: IDBFactory;
  readonly baseUrl: string;
  readonly targetHostName: string;
  readonly account: string;
};

/** Where all but the notifications is kept, in one row of one name; and these, each under its id. */
const feedStore = "feed";
const knownStore = "known";
const stores = [feedStore, knownStore];

/**
 * The store in a database of the browser, of its own for each service, app and account: all tabs and the service worker use the same
 * one, and the browser puts their transactions into one order.
 */
export const indexedDbLocalStore = ({ indexedDB, baseUrl, targetHostName, account }: Use): LocalStore => {
  const name = JSON.stringify(["fanfare", baseUrl, targetHostName.toLowerCase(), account]);
  const [transact, close] = indexedDbDatabase(indexedDB, name, stores);
  /** What was read or written last: not read again, notification by notification, as long as nobody else has written. */
  let last: Kept | undefined;
  const take = async (mode: IDBTransactionMode, step: (state: LocalState) => LocalState): Promise<LocalState> => {
    last = await transact(mode, async (of) => {
      const kept = await keptIn(of, last);
      const [before] = kept;
      const state = step(before);
      return state === before ? kept : write(of, before, state);
    });
    return last[0];
  };

  return {
    read: () => take("readonly", (state) => state),
    update: (step) => take("readwrite", step),
    clear: () =>
      transact("readwrite", (of) => {
        for (const store of stores) of(store).clear();
      }),
    close,
  };
};

/** A state, and the name that was given to it when it was written: by chance, for a store that was cleared begins anew. */
type Kept = readonly [state: LocalState, revision?: number];

type Row = Omit<LocalState, "known"> & { readonly revision: number };

/** Only what `write` has written is read here: what is kept in another form is in a database of another version. */
const keptIn = async (of: StoreOf, last: Kept | undefined): Promise<Kept> => {
  const row = (await resultOf(of(feedStore).get(feedStore))) as Row | undefined;
  if (!row) return [nothingKnown];
  const { revision, ...feed } = row;
  if (last?.[1] === revision) return last;
  const known = (await resultOf(of(knownStore).getAll())) as readonly Known[];
  return [{ ...nothingKnown, ...feed, known: new Map(known.map((one) => [one.notification.id, one])) }, revision];
};

/** What differs, and no more: a step hands on what it does not change as the very same object. */
const write = (of: StoreOf, before: LocalState, state: LocalState): Kept => {
  const { known, ...feed } = state;
  const revision = Math.random();
  of(feedStore).put({ ...feed, revision }, feedStore);
  for (const id of before.known.keys()) if (!known.has(id)) of(knownStore).delete(id);
  for (const [id, one] of known) if (one !== before.known.get(id)) of(knownStore).put(one, id);
  return [state, revision];
};
