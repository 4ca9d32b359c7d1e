import { IDBFactory } from "fake-indexeddb";
import { expect, it, vi } from "vitest";
import { keptOrMemory } from "../../../shared/client/kept-store.ts";
import { indexedDbLocalStore } from "../../../shared/client/local-store.indexed-db.ts";
import { knowing, notification } from "../state/samples.ts";

const place = { baseUrl: "https://push.contoso.com", targetHostName: "app.contoso.com", account: "ada" };
const some = knowing([notification("a"), "e.1"]);

it("where the browser allows no storage everything works for as long as the page lasts", async () => {
  const indexedDB = new IDBFactory();
  vi.spyOn(indexedDB, "open").mockImplementation(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  const store = keptOrMemory(indexedDbLocalStore({ indexedDB, ...place }));
  expect(await store.update(() => some)).toEqual(some);
  expect(await store.read()).toEqual(some);
  await store.clear();
  expect((await store.read()).known.size).toBe(0);
  store.close();
});

it("where it allows it, what was kept before is there, and a fault later on is told instead of forgotten", async () => {
  const indexedDB = new IDBFactory();
  await indexedDbLocalStore({ indexedDB, ...place }).update(() => some);
  const store = keptOrMemory(indexedDbLocalStore({ indexedDB, ...place }));
  expect(await store.read()).toEqual(some);
  store.close();
  vi.spyOn(indexedDB, "open").mockImplementation(() => {
    throw new DOMException("No more room.", "QuotaExceededError");
  });
  await expect(store.read()).rejects.toMatchObject({ name: "QuotaExceededError" });
});
