/** One database of the browser: opened when it is first needed, and anew when its connection was lost. */
export type Database = {
  /**
   * One transaction over all object stores: makes these requests (at least one) and hands their results, in their order, to `then`, which may
   * make more. Resolves to what that returned when all is written. Rejects, and nothing is written, when either function throws (with
   * just that) or the browser's storage fails: with a sentence, and the browser's own error as its `cause`.
   */
  readonly transact: <T>(
    mode: IDBTransactionMode,
    requests: (transaction: IDBTransaction) => readonly IDBRequest[],
    then: (results: readonly unknown[], transaction: IDBTransaction) => T,
  ) => Promise<T>;
  readonly close: () => void;
};

/** The form of what is kept. A newer script that keeps it in another form opens the database by a higher number. */
const version = 1;

/** The database of this name. Closed, it opens again at the next transaction. */
export const indexedDbDatabase = (indexedDB: IDBFactory, name: string, stores: readonly string[]): Database => {
  let opening: Promise<IDBDatabase> | undefined;

  const opened = (): Promise<IDBDatabase> => {
    const mine = (opening ??= openDatabase(indexedDB, name, stores, () => {
      if (opening === mine) opening = undefined;
    }));
    return mine;
  };
  const close = (): void => {
    // One that has failed to open needs no closing.
    opening?.then((database) => database.close()).catch(() => undefined);
    opening = undefined;
  };
  const begin = async (mode: IDBTransactionMode): Promise<IDBTransaction> => (await opened()).transaction(stores, mode);

  return {
    transact: async (mode, requests, then) => {
      const transaction = await begin(mode).catch(() => {
        // It gave way a moment ago, or the browser has given up on it (Safari does, after a while in the background).
        close();
        return begin(mode).catch((cause: unknown) => Promise.reject(storageFault(cause as DOMException)));
      });
      return run(transaction, requests, then);
    },
    close,
  };
};

/** `isLost` is called when the connection is of no more use, or never came to be. */
const openDatabase = (
  indexedDB: IDBFactory,
  name: string,
  stores: readonly string[],
  isLost: () => void,
): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another script wants to upgrade or delete the database, and would wait for this one for ever.
      database.onversionchange = () => {
        database.close();
        isLost();
      };
      // The user has cleared the browser's data.
      database.onclose = isLost;
      resolve(database);
    };
    request.onerror = () => {
      isLost();
      reject(request.error ?? storageFault(null));
    };
  });

const run = <T>(
  transaction: IDBTransaction,
  requests: Parameters<Database["transact"]>[1],
  then: (results: readonly unknown[], transaction: IDBTransaction) => T,
): Promise<T> =>
  new Promise((resolve, reject) => {
    /** Whatever is thrown ends the transaction: else it would be committed without what was to follow. */
    const guarded = <R>(work: () => R): R | undefined => {
      try {
        return work();
      } catch (thrown) {
        const fault = thrown as Error;
        reject(fault);
        transaction.abort();
        return undefined;
      }
    };
    transaction.onabort = () => reject(storageFault(transaction.error));
    const made = guarded(() => requests(transaction)) ?? [];
    const last = made.at(-1);
    // Requests of one transaction are answered in their order.
    if (last)
      last.onsuccess = () =>
        guarded(() => {
          const value = then(
            made.map(({ result }) => result as unknown),
            transaction,
          );
          transaction.oncomplete = () => resolve(value);
        });
  });

const storageFault = (cause: DOMException | null): Error =>
  new Error(
    cause?.name === "VersionError"
      ? "This script is older than the one that last kept its notifications in this browser: load it anew."
      : `This browser's storage has failed: ${cause?.name ?? "transaction ended"}.`,
    { cause },
  );
