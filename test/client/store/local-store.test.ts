import { IDBFactory } from "fake-indexeddb";
import { afterEach, describe, it } from "vitest";
import { indexedDbLocalStore } from "../../../shared/client/local-store.indexed-db.ts";
import { memoryLocalStore } from "../../../shared/client/local-store.memory.ts";
import type { LocalStore } from "../../../shared/client/local-store.ts";
import { storePromises } from "./store-contract.ts";

const place = { baseUrl: "https://push.contoso.com", targetHostName: "app.contoso.com", account: "ada" };
const stores = {
  "in memory": () => {
    const store = memoryLocalStore();
    return () => store;
  },
  "in IndexedDB": () => {
    const indexedDB = new IDBFactory();
    return () => indexedDbLocalStore({ indexedDB, ...place });
  },
} satisfies Record<string, () => () => LocalStore>;

describe.each(Object.entries(stores))("a store %s", (_, fresh) => {
  let opened: LocalStore[] = [];
  afterEach(() => {
    for (const store of opened) store.close();
    opened = [];
  });

  it.each(storePromises)("$promise", async ({ isKept }) => {
    const openOne = fresh();
    await isKept(() => {
      const store = openOne();
      opened.push(store);
      return store;
    });
  });
});
