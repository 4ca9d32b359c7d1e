import { afterAll, beforeAll, expect, test } from "vitest";
import { putApp, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
import type { Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { until } from "../../support/until.ts";
import { handClock, start } from "./samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const newApp = () => ({
  hostName: `${crypto.randomUUID()}.contoso.com`,
  senders: [crypto.randomUUID()],
  clients: [crypto.randomUUID()],
});

/** The registry over the real table, which can be taken away. */
const registryUnderTest = () => {
  const { apps } = azurite.tables;
  const clock = handClock();
  const store = { isDown: false, reads: 0 };
  const table: Table = {
    ...apps,
    all: async function* () {
      store.reads += 1;
      if (store.isDown) throw new Unavailable("Table storage", { cause: undefined });
      yield* apps.all();
    },
  };
  return { clock, store, ...tableAppRegistry(table, clock) };
};

test("an app is found by its host name in any case, with all that was registered", async () => {
  const app = { ...newApp(), tenants: ["t1"] };
  await putApp(azurite.tables.apps, { ...app, hostName: app.hostName.toUpperCase() });
  const { find } = registryUnderTest();
  const unsaid = { blocked: false, bundleIds: [], packageNames: [], credentials: {} };
  expect(await find(app.hostName.toUpperCase())).toEqual({ ...app, ...unsaid });
  expect(await find("nobody.contoso.com")).toBeUndefined();
});

test("a blocked app's client ids are blocked, senders and clients, and nobody else's", async () => {
  const [blocked, other] = [{ ...newApp(), blocked: true }, newApp()];
  await putApp(azurite.tables.apps, blocked);
  await putApp(azurite.tables.apps, other);
  const { isBlocked } = registryUnderTest();
  for (const clientId of [...blocked.senders, ...blocked.clients])
    expect(await isBlocked({ clientId, tenantId: "tenant" })).toBe(true);
  for (const clientId of [...other.senders, "unknown"])
    expect(await isBlocked({ clientId, tenantId: "tenant" })).toBe(false);
});

test("a block acts within a minute, however many ask meanwhile, and so does its end", async () => {
  const app = newApp();
  const [clientId] = app.clients as [string];
  await putApp(azurite.tables.apps, app);
  const { isBlocked, clock } = registryUnderTest();
  expect(await isBlocked({ clientId, tenantId: "tenant" })).toBe(false);
  for (const blocked of [true, false]) {
    await putApp(azurite.tables.apps, { ...app, blocked });
    clock.at += 60_001;
    expect(
      await Promise.all([isBlocked({ clientId, tenantId: "tenant" }), isBlocked({ clientId, tenantId: "tenant" })]),
    ).toEqual([blocked, blocked]);
  }
});

test("a copy of some age is refreshed behind the answer, which does not wait", async () => {
  const app = newApp();
  await putApp(azurite.tables.apps, app);
  const { find, clock } = registryUnderTest();
  expect(await find(app.hostName)).toMatchObject({ blocked: false });
  await putApp(azurite.tables.apps, { ...app, blocked: true });
  clock.at += 20_000;
  expect(await find(app.hostName)).toMatchObject({ blocked: false });
  await until(async () => (await find(app.hostName))?.blocked, { what: "the refreshed copy" });
});

test("many who ask at once cost one read, and a fresh copy none", async () => {
  const { find, store, clock } = registryUnderTest();
  await Promise.all(Array.from({ length: 10 }, () => find("a.contoso.com")));
  clock.at += 14_999;
  await find("a.contoso.com");
  expect(store.reads).toBe(1);
});

test("while the store is down the last copy is served for a minute; then the failure is told; then all is well again", async () => {
  const app = newApp();
  await putApp(azurite.tables.apps, app);
  const { find, clock, store } = registryUnderTest();
  await find(app.hostName);
  store.isDown = true;
  clock.at = start + 60_000;
  expect(await find(app.hostName)).toMatchObject(app);
  clock.at = start + 60_001;
  await expect(find(app.hostName)).rejects.toThrow(Unavailable);
  store.isDown = false;
  expect(await find(app.hostName)).toMatchObject(app);
});
