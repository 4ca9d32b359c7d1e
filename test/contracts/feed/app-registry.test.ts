import { afterAll, beforeAll, expect, test } from "vitest";
import { putApp, putBlock, removeBlock, tableAppRegistry } from "../../../shared/auth/app-registry.table.ts";
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
  const reported: string[] = [];
  const table: Table = {
    ...apps,
    all: async function* () {
      store.reads += 1;
      if (store.isDown) throw new Unavailable("Table storage", { cause: undefined });
      yield* apps.all();
    },
  };
  return { clock, store, reported, ...tableAppRegistry(table, clock, (sentence) => reported.push(sentence)) };
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

test.each(["client", "tenant"] as const)("a %s on the block list is blocked until it is taken off", async (kind) => {
  const { apps } = azurite.tables;
  const listed = { kind, id: crypto.randomUUID().toUpperCase() };
  const [clientId, tenantId] = [crypto.randomUUID(), crypto.randomUUID()];
  const caller = { clientId, tenantId, [kind === "client" ? "clientId" : "tenantId"]: listed.id.toLowerCase() };
  const { isBlocked, clock } = registryUnderTest();
  const steps = [
    [() => putBlock(apps, listed), true],
    [() => putBlock(apps, listed), true],
    [() => removeBlock(apps, listed), false],
    [() => removeBlock(apps, listed), false],
  ] as const;
  expect(await isBlocked(caller)).toBe(false);
  for (const [step, expected] of steps) {
    await step();
    clock.at += 60_001;
    expect(await isBlocked(caller)).toBe(expected);
    expect(await isBlocked({ clientId, tenantId }), "somebody else").toBe(false);
  }
});

test("a client id blocks no tenant that is called the same, nor a tenant a client", async () => {
  const { apps } = azurite.tables;
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  await putBlock(apps, { kind: "client", id: first });
  await putBlock(apps, { kind: "tenant", id: second });
  expect(await registryUnderTest().isBlocked({ clientId: second, tenantId: first })).toBe(false);
});

test("a client id finds the apps it is a client of, and not those it only posts for", async () => {
  const clientId = crypto.randomUUID();
  const [first, second, posting] = [newApp(), newApp(), newApp()];
  for (const app of [first, second]) {
    await putApp(azurite.tables.apps, { ...app, clients: ["another", clientId.toUpperCase()] });
  }
  await putApp(azurite.tables.apps, { ...posting, senders: [clientId] });
  const found = await registryUnderTest().ofClient(clientId);
  expect(found.map(({ hostName }) => hostName).sort()).toEqual([first.hostName, second.hostName].sort());
});

test("a malformed row is left out and reported once, and everybody else is served", async () => {
  const { apps } = azurite.tables;
  const [app, broken] = [newApp(), newApp()];
  await putApp(apps, app);
  const rows = [
    { partitionKey: broken.hostName, rowKey: "app", definition: "{" },
    { partitionKey: "no-definition.contoso.com", rowKey: "app" },
    {
      partitionKey: "eleven.contoso.com",
      rowKey: "app",
      definition: JSON.stringify({ ...app, senders: Array.from({ length: 11 }, () => "client") }),
    },
    { partitionKey: "block-list", rowKey: "block_x", definition: '{"kind":"planet","id":"x"}' },
  ];
  for (const row of rows) await apps.write({ kind: "put", row });
  const { find, isBlocked, clock, reported } = registryUnderTest();
  for (let read = 0; read < 2; read += 1) {
    expect(await find(app.hostName)).toMatchObject(app);
    expect(await find(broken.hostName)).toBeUndefined();
    expect(await isBlocked({ clientId: "x", tenantId: "x" })).toBe(false);
    clock.at += 60_001;
  }
  expect(reported).toHaveLength(rows.length);
  expect(reported.join()).toContain(`"app" of "${broken.hostName}"`);
  for (const { partitionKey, rowKey } of rows) await apps.write({ kind: "delete", partitionKey, rowKey });
});

test("an app has at most ten senders and ten clients", () => {
  const eleven = Array.from({ length: 11 }, (_, index) => `client-${index}`);
  for (const list of ["senders", "clients"]) {
    expect(() => putApp(azurite.tables.apps, { ...newApp(), [list]: eleven })).toThrow(list);
  }
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
