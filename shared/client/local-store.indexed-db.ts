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
  const { transact, close } = indexedDbDatabase(indexedDB, name, stores);
  return {
    read: () => transact("readonly", stateIn),
    update: (step) =>
      transact("readwrite", async (of) => {
        const before = await stateIn(of);
        const after = step(before);
        if (after !== before) write(of, before, after);
        return after;
      }),
    clear: () =>
      transact("readwrite", async (of) => {
        for (const store of stores) await resultOf(of(store).clear());
      }),
    close,
  };
};

/** Only what `write` has written is read here: what is kept in another form is in a database of another version. */
const stateIn = async (of: StoreOf): Promise<LocalState> => {
  const feed = (await resultOf(of(feedStore).get(feedStore))) as Omit<LocalState, "known"> | undefined;
  const known = (await resultOf(of(knownStore).getAll())) as readonly Known[];
  return { ...nothingKnown, ...feed, known: new Map(known.map((one) => [one.notification.id, one])) };
};

/** What differs, and no more: a step hands on what it does not change as the very same object. */
const write = (of: StoreOf, before: LocalState, { known, ...feed }: LocalState): void => {
  of(feedStore).put(feed, feedStore);
  for (const id of before.known.keys()) if (!known.has(id)) of(knownStore).delete(id);
  for (const [id, one] of known) if (one !== before.known.get(id)) of(knownStore).put(one, id);
};
