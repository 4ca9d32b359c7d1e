import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it, vi } from "vitest";
import { addEdit } from "../../../shared/client/edits.ts";
import { nothingKnown } from "../../../shared/client/local-state.ts";
import { indexedDbLocalStore } from "../../../shared/client/local-store.indexed-db.ts";
import { indexedDbRegistrationStore } from "../../../shared/client/registration-store.indexed-db.ts";
import { memoryRegistrationStore } from "../../../shared/client/registration-store.memory.ts";
import { knowing, notification } from "../state/samples.ts";

const place = { baseUrl: "https://push.contoso.com", targetHostName: "app.contoso.com", account: "ada" };
const some = knowing([notification("a"), "e.1"], [notification("b"), "e.2"]);

const nameIn = async (indexedDB: IDBFactory): Promise<string> => (await indexedDB.databases())[0]?.name ?? "";
const opened = (indexedDB: IDBFactory, name: string, version?: number): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(request.error?.message));
  });

/** Every write to an object store, until it is given back. */
const watchedWrites = async (indexedDB: IDBFactory) => {
  const database = await opened(indexedDB, await nameIn(indexedDB));
  const stores = Object.getPrototypeOf(database.transaction("feed").objectStore("feed")) as IDBObjectStore;
  database.close();
  return { put: vi.spyOn(stores, "put"), remove: vi.spyOn(stores, "delete") };
};

describe("a store in IndexedDB", () => {
  it("keeps services, apps and accounts apart, and knows a host name in any case", async () => {
    const indexedDB = new IDBFactory();
    await indexedDbLocalStore({ indexedDB, ...place }).update(() => some);
    const others = [
      { account: "grace" },
      { baseUrl: "https://other.contoso.com" },
      { targetHostName: "b.contoso.com" },
    ];
    for (const other of others) {
      expect(await indexedDbLocalStore({ indexedDB, ...place, ...other }).read()).toEqual(nothingKnown);
    }
    const shouted = indexedDbLocalStore({ indexedDB, ...place, targetHostName: "APP.contoso.com" });
    expect(await shouted.read()).toEqual(some);
  });

  it("writes only the rows that changed, and none for a step that changes nothing", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const { put, remove } = await watchedWrites(indexedDB);
    try {
      await store.update((state) => state);
      expect(put).not.toHaveBeenCalled();
      await store.update((state) => addEdit(state, "a", "delete"));
      expect(put.mock.calls.map(([, key]) => key)).toEqual(["feed"]);
      expect(remove).not.toHaveBeenCalled();
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("gives way to a newer script, and then says so", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const newer = await opened(indexedDB, await nameIn(indexedDB), 2);
    await expect(store.read()).rejects.toMatchObject({ name: "VersionError" });
    newer.close();
  });

  it("opens again when its database was deleted beneath it", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const name = await nameIn(indexedDB);
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
    expect(await store.update(() => some)).toBe(some);
    expect(await store.read()).toEqual(some);
  });

  it("opens again when the browser has given up on the connection", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const database = await opened(indexedDB, await nameIn(indexedDB));
    const begin: IDBDatabase["transaction"] = Reflect.get(database, "transaction");
    const begun = vi.spyOn(Object.getPrototypeOf(database) as IDBDatabase, "transaction");
    database.close();
    const lost: IDBDatabase[] = [];
    try {
      begun.mockImplementation(function (this: IDBDatabase, ...asked) {
        if (lost.length === 0) lost.push(this);
        if (lost.includes(this)) throw new DOMException("Connection to Indexed Database server lost.", "UnknownError");
        return begin.apply(this, asked);
      });
      expect(await store.read()).toEqual(some);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it("rejects with the browser's error when it refuses a write, and is as before", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const { put } = await watchedWrites(indexedDB);
    // Refused later, and with it the whole transaction, as when there is no more room: no quota is to be had here.
    put.mockImplementationOnce(function (this: IDBObjectStore, value, key) {
      return this.add(value, key);
    });
    try {
      const refused = store.update((state) => addEdit(state, "a", "delete"));
      await expect(refused).rejects.toMatchObject({ name: "ConstraintError" });
    } finally {
      vi.restoreAllMocks();
    }
    expect(await store.read()).toEqual(some);
  });

  it("writes nothing of a state that cannot be kept whole", async () => {
    const indexedDB = new IDBFactory();
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await store.update(() => some);
    const uncloneable = notification("c", { groupName: (() => "") as unknown as string });
    const known = new Map(some.known).set("c", { notification: uncloneable, etag: "e.3" });
    await expect(store.update(() => ({ ...some, mark: "e.3", known }))).rejects.toThrow();
    expect(await store.read()).toEqual(some);
  });

  it("cannot be opened where the browser allows no storage, and says so", async () => {
    const indexedDB = new IDBFactory();
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    });
    const store = indexedDbLocalStore({ indexedDB, ...place });
    await expect(store.read()).rejects.toMatchObject({ name: "SecurityError" });
  });
});

const registrations = {
  "in memory": () => {
    const store = memoryRegistrationStore();
    return () => store;
  },
  "in IndexedDB": () => {
    const indexedDB = new IDBFactory();
    return () => indexedDbRegistrationStore({ indexedDB });
  },
};

describe.each(Object.entries(registrations))("the registration %s", (_, fresh) => {
  it("is none, then the one that was written last, then none again", async () => {
    const open = fresh();
    const registration = { ...place, deviceId: "d1" };
    expect(await open().read()).toBeUndefined();
    await open().write(registration);
    await open().write({ ...registration, subscriptionId: "s1" });
    expect(await open().read()).toEqual({ ...registration, subscriptionId: "s1" });
    await open().write(undefined);
    expect(await open().read()).toBeUndefined();
  });
});
