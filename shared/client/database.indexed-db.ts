/**
 * One transaction over all object stores: the work may wait for what it asks of them (`resultOf`), and for nothing else. Resolves to its
 * result when all is written. Rejects, and nothing is written, when the work does (with just that) or the browser's storage fails (with
 * the browser's error).
 */
type Transact = <T>(mode: IDBTransactionMode, work: (of: StoreOf) => T | Promise<T>) => Promise<T>;

/** An object store within a transaction, by its name. */
export type StoreOf = (name: string) => IDBObjectStore;

/** The form of what is kept. A newer script that keeps it in another form opens the database by a higher number: this one is refused then. */
const version = 1;

/**
 * The database of this name: opened when it is first needed, and anew when its connection was lost. Closed, it opens again at the next
 * transaction.
 */
export const indexedDbDatabase = (
  indexedDB: IDBFactory,
  name: string,
  stores: readonly string[],
): readonly [transact: Transact, close: () => void] => {
  let connection: Promise<IDBDatabase> | undefined;

  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store);
    };
    const database = await resultOf(request);
    // Another script wants to upgrade or delete the database, and would wait for this one for ever.
    database.onversionchange = () => database.close();
    return database;
  };
  const begin = async (mode: IDBTransactionMode): Promise<IDBTransaction> =>
    (await (connection ??= open())).transaction(stores, mode);

  return [
    async (mode, work) => {
      const transaction = await begin(mode).catch(() => {
        // It gave way a moment ago, or the browser has given up on it (Safari does, after a while in the background).
        connection = undefined;
        return begin(mode);
      });
      const written = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
      });
      try {
        const [value] = await Promise.all([work((store) => transaction.objectStore(store)), written]);
        return value;
      } catch (cause) {
        // Else what the work had asked for by then would be written. A transaction that has failed is over already.
        if (!transaction.error) transaction.abort();
        throw cause;
      }
    },
    // One that has failed to open needs no closing.
    () => void connection?.then((database) => database.close()).catch(() => undefined),
  ];
};

/** The result of one request. */
export const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("aborted"));
  });
