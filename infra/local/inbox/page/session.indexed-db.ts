/** Who is signed in on this page, as its tabs and its service worker share it. */
export type Session = {
  /** As the user is called. */
  readonly user: string;
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly accessTokenEnds: number;
  readonly refreshToken: string | undefined;
  /** Says at the sign-out who is to be signed out. */
  readonly idToken: string | undefined;
};

const databaseName = "fanfare-local-inbox";
const storeName = "session";
const key = "session";

/** The session as it stands; undefined: nobody is signed in. */
export const readSession = async (): Promise<Session | undefined> =>
  parsed(await run("readonly", (store) => store.get(key)));

/** Replaces it; undefined: signed out. */
export const writeSession = async (session: Session | undefined): Promise<void> => {
  await run("readwrite", (store) => (session ? store.put(session, key) : store.delete(key)));
};

const run = async (mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest): Promise<unknown> => {
  const database = await opened();
  try {
    const transaction = database.transaction(storeName, mode);
    const request = ask(transaction.objectStore(storeName));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(new Error("The browser's storage refused.", { cause: transaction.error }));
    });
    return request.result;
  } finally {
    database.close();
  }
};

const opened = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName, 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore(storeName);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(new Error("The browser's storage cannot be opened.", { cause: opening.error }));
  });

const parsed = (value: unknown): Session | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { user, accessToken, accessTokenEnds, refreshToken, idToken } = value as Record<string, unknown>;
  if (typeof user !== "string" || typeof accessToken !== "string" || typeof accessTokenEnds !== "number")
    return undefined;
  return { user, accessToken, accessTokenEnds, refreshToken: textOf(refreshToken), idToken: textOf(idToken) };
};

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
