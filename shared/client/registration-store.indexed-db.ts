import { indexedDbDatabase, resultOf } from "./database.indexed-db.ts";
import type { Registration, RegistrationStore } from "./local-store.ts";

const store = "registration";
const key = "only";

/** The registration in a small database of its own, which a service worker finds without knowing any app or account. */
export const indexedDbRegistrationStore = ({ indexedDB }: { readonly indexedDB: IDBFactory }): RegistrationStore => {
  const [transact] = indexedDbDatabase(indexedDB, "fanfare", [store]);
  return {
    read: () => transact("readonly", async (of) => (await resultOf(of(store).get(key))) as Registration | undefined),
    write: (registration) =>
      transact("readwrite", async (of) => {
        await (registration ? resultOf(of(store).put(registration, key)) : resultOf(of(store).delete(key)));
      }),
  };
};
