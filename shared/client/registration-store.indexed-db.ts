import { indexedDbDatabase } from "./database.indexed-db.ts";
import type { Registration, RegistrationStore } from "./local-store.ts";

/** The registration in a small database of its own, which a service worker finds without knowing any app or account. */
export const indexedDbRegistrationStore = ({ indexedDB }: { readonly indexedDB: IDBFactory }): RegistrationStore => {
  const { transact } = indexedDbDatabase(indexedDB, "fanfare", ["registration"]);
  const only = (transaction: IDBTransaction): IDBObjectStore => transaction.objectStore("registration");
  return {
    read: () =>
      transact(
        "readonly",
        (transaction) => [only(transaction).get("only")],
        ([registration]) => registration as Registration | undefined,
      ),
    write: (registration) =>
      transact(
        "readwrite",
        (transaction) => [
          registration ? only(transaction).put(registration, "only") : only(transaction).delete("only"),
        ],
        () => undefined,
      ),
  };
};
