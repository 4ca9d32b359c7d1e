import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tableSharedTokens } from "../../../shared/channels/shared-tokens.table.ts";
import type { SignedToken } from "../../../shared/channels/shared-tokens.ts";
import { dataCipher, type DataKey } from "../../../shared/data-keys.ts";
import { RowConflict, type StoredRow, type Table } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { startTablesUnderTest, type TablesUnderTest } from "../../support/tables.ts";
import { handClock, start } from "../feed/samples.ts";

let azurite: TablesUnderTest;
beforeAll(async () => {
  azurite = await startTablesUnderTest();
});
afterAll(() => azurite.stop());

const inMemory = memoryTable();
const dataKey = (id: string): DataKey => ({ id, key: randomBytes(32) });
const oldKey = dataKey("k1");

/** One instance of the app, with data keys of its own time. */
const instanceOn = (tokens: Table, ...keys: readonly DataKey[]) =>
  tableSharedTokens({ tokens, cipher: dataCipher([keys[0] ?? oldKey, ...keys.slice(1)]), clock: handClock() });

let tokensMade = 0;
const newToken = (signedAt = start): SignedToken => ({
  token: `header.claims.signature-${(tokensMade += 1)}`,
  signedAt,
});
const newName = (): string => `apns:default:${crypto.randomUUID()}`;
const rowsOf = async (tokens: Table): Promise<readonly StoredRow[]> => {
  const rows: StoredRow[] = [];
  for await (const row of tokens.all()) rows.push(row);
  return rows;
};

describe.each([
  ["in memory", () => inMemory],
  ["in Azure's table", () => azurite.tables.tokens],
])("tokens that all instances share, %s", (_, tableOf) => {
  test("there is none until one is offered, and then everybody finds that one, under its own name only", async () => {
    const [one, other] = [instanceOn(tableOf()), instanceOn(tableOf())];
    const [name, made] = [newName(), newToken(start + 123)];
    expect(await one.find(name)).toBeUndefined();
    expect(await one.offer(name, made, undefined)).toEqual(made);
    expect(await other.find(name)).toEqual(made);
    expect(await other.find(newName())).toBeUndefined();
  });

  test("instances that offer one at the same time agree on one of them", async () => {
    const name = newName();
    const offers = Array.from({ length: 6 }, () => ({ by: instanceOn(tableOf()), made: newToken() }));
    const agreed = await Promise.all(offers.map(({ by, made }) => by.offer(name, made, undefined)));
    expect(new Set(agreed.map(({ token }) => token)).size).toBe(1);
    expect(offers.map(({ made }) => made)).toContainEqual(agreed[0]);
    expect(await offers[0]!.by.find(name)).toEqual(agreed[0]);
  });

  test("a renewal takes the place of the token that was found, and whoever comes after it with another gets the renewed one", async () => {
    const [one, other] = [instanceOn(tableOf()), instanceOn(tableOf())];
    const [name, first, second] = [newName(), newToken(), newToken(start + 1)];
    await one.offer(name, first, undefined);
    expect(await one.offer(name, second, first)).toEqual(second);
    expect(await other.offer(name, newToken(), first)).toEqual(second);
    expect(await other.offer(name, newToken(), undefined)).toEqual(second);
    const renewals = [newToken(), newToken()];
    const agreed = await Promise.all(renewals.map((made, index) => [one, other][index]!.offer(name, made, second)));
    expect(agreed[0]).toEqual(agreed[1]);
    expect(renewals).toContainEqual(agreed[0]);
  });

  test("a token is sealed where it stands: its row says nothing of it or its name, and opens in no other's place", async () => {
    const instance = instanceOn(tableOf());
    const [name, made, otherName] = [newName(), newToken(), newName()];
    const before = new Set((await rowsOf(tableOf())).map(({ partitionKey }) => partitionKey));
    await instance.offer(name, made, undefined);
    const [row] = (await rowsOf(tableOf())).filter(({ partitionKey }) => !before.has(partitionKey));
    expect(row).toBeDefined();
    for (const text of [made.token, name]) expect(JSON.stringify(row)).not.toContain(text);

    await instance.offer(otherName, newToken(), undefined);
    before.add(row!.partitionKey);
    const [other] = (await rowsOf(tableOf())).filter(({ partitionKey }) => !before.has(partitionKey));
    const { etag: _, ...moved } = { ...other!, token: row!.token! };
    await tableOf().write({ kind: "put", row: moved });
    expect(await instance.find(otherName)).toBeUndefined();
  });

  test("when the data key was taken away another token is signed, and instances that still have the old key find it, too", async () => {
    const newKey = dataKey("k2");
    const [before, after, between] = [
      instanceOn(tableOf(), oldKey),
      instanceOn(tableOf(), newKey),
      instanceOn(tableOf(), newKey, oldKey),
    ];
    const [name, first, second] = [newName(), newToken(), newToken()];
    await before.offer(name, first, undefined);
    expect(await between.find(name)).toEqual(first);
    expect(await after.find(name)).toBeUndefined();
    expect(await after.offer(name, second, undefined)).toEqual(second);
    expect(await between.find(name)).toEqual(second);
    expect(await before.find(name), "which cannot open it, and signs anew").toBeUndefined();
  });
});

describe("a store that is away", () => {
  const away = (fault: Error): Table => ({
    ...memoryTable(),
    find: () => Promise.reject(fault),
    write: () => Promise.reject(fault),
  });

  test("is told as such: whoever needs a token decides what to do without", async () => {
    const unavailable = new Unavailable("Table storage", { cause: undefined });
    const instance = instanceOn(away(unavailable));
    await expect(instance.find("name")).rejects.toBe(unavailable);
    await expect(instance.offer("name", newToken(), undefined)).rejects.toBe(unavailable);
  });

  test("one that refuses every write because others were first is given up after five seconds", async () => {
    const clock = handClock();
    const pause = () => Promise.resolve(void (clock.at += 1_000));
    const tokens = { ...memoryTable(), write: () => Promise.reject(new RowConflict("first")) };
    const instance = tableSharedTokens({ tokens, cipher: dataCipher([oldKey]), clock, pause });
    await expect(instance.offer("name", newToken(), undefined)).rejects.toThrow(Unavailable);
    expect(clock.at - start).toBe(5_000);
  });
});
