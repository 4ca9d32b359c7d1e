import { createRequire } from "node:module";
import type { Queries } from "azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js";
import type { MetadataStore } from "azurite/dist/src/table/TableServer.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { goByKey } from "../../../infra/local/tables/by-key.ts";
import { rangeOf } from "../../../infra/local/tables/key-index.ts";

type Stored = Readonly<Record<string, unknown>>;
type Put = (context: unknown, table: string, account: string, entity: Stored, ...rest: unknown[]) => Promise<unknown>;
type Named = (context: unknown, table: string, account: string, ...keys: unknown[]) => Promise<Stored | null>;
/** Azurite's store, whole, as its server uses it. */
type Store = MetadataStore & {
  readonly init: () => Promise<void>;
  readonly createTable: (context: unknown, table: Stored) => Promise<void>;
  readonly insertTableEntity: Put;
  readonly insertOrUpdateTableEntity: Put;
  readonly insertOrMergeTableEntity: Put;
  readonly deleteTableEntity: Named;
  readonly queryTableEntitiesWithPartitionAndRowKey: Named;
  readonly endBatchTransaction: (...about: unknown[]) => Promise<void>;
};
const azurites = (name: string): unknown => {
  const module: unknown = createRequire(import.meta.url)(`azurite/dist/src/table/persistence/${name}.js`);
  return (module as { default: unknown }).default;
};
const MemoryStore = azurites("LokiTableMetadataStore") as new (path: string, inMemory: boolean) => Store;
const queries = azurites("LokiTableStoreQueryGenerator") as Queries;

const [account, table] = ["fanfare", "feeds"];
const context = {};

/** A store of Azurite's in memory with one table, as it is or going by keys. */
const storeWith = async (prepare: (store: Store) => void): Promise<Store> => {
  const store = new MemoryStore("", true);
  prepare(store);
  await store.init();
  await store.createTable(context, { account, table });
  return store;
};

const byKeys = (store: Store): void => goByKey(store, queries);

const keys = fc.record({
  partition: fc.constantFrom("a", "b", "ab"),
  row: fc.constantFrom("1", "10", "2", "n_1", "s_1"),
});
const change = fc.record({ kind: fc.constantFrom("insert", "replace", "merge", "delete"), keys });
const writes = fc.record({
  batch: fc.constantFrom("", "kept", "undone"),
  // Of a row at most one, as the service has it.
  changes: fc.uniqueArray(change, { minLength: 1, maxLength: 4, selector: (one) => JSON.stringify(one.keys) }),
});
const filters = fc.oneof(
  fc.constantFrom(
    undefined,
    "",
    "value ge 3",
    "RowKey eq '1'",
    "PartitionKey lt 'b'",
    "RowKey ge '10' and RowKey lt 'n_2'",
  ),
  keys.map(({ partition }) => `PartitionKey eq '${partition}'`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' and RowKey eq '${row}'`),
  fc
    .tuple(keys, keys)
    .map(([low, high]) => `PartitionKey eq '${low.partition}' and RowKey ge '${low.row}' and RowKey lt '${high.row}'`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' and RowKey ge '${row}' and value ge 4`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' and RowKey ge '${row}' or value ge 4`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' AND RowKey ge '${row}' OR value ge 4`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' and RowKey ge '${row}' OR value ge 4`),
  keys.map(({ partition, row }) => `PartitionKey eq '${partition}' and (value lt 3 or RowKey lt '${row}')`),
  keys.map(({ row }) => `PartitionKey eq 'o''clock' or RowKey eq '${row}'`),
);
const query = fc.record({ kind: fc.constant("query"), filter: filters, top: fc.constantFrom(1, 2, 1_000) });

test("Azurite answers by keys what it answers by looking at everything", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(writes, query), { minLength: 10, maxLength: 60 }), async (steps) => {
      const stores = [await storeWith(() => undefined), await storeWith(byKeys)] as const;
      for (const [number, step] of steps.entries()) {
        const [plain, byKey] = await Promise.all(stores.map((store) => outcomeOf(store, step, number)));
        expect(byKey).toEqual(plain);
      }
    }),
    { numRuns: 150 },
  );
});

type Valued<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;
type Step = Valued<typeof writes> | Valued<typeof query>;

const outcomeOf = (store: Store, step: Step, number: number): Promise<unknown> =>
  "filter" in step ? pagesOf(store, step) : written(store, step, number);

/** What all pages of a query hold. */
const pagesOf = async (store: Store, options: { readonly filter: string | undefined; readonly top: number }) => {
  const pages: unknown[] = [];
  let next: readonly [string | undefined, string | undefined] = [undefined, undefined];
  do {
    const [rows, ...more] = await store.queryTableEntities(
      context,
      account,
      table,
      options as { filter?: string },
      ...next,
    );
    pages.push(rows.map(seen));
    next = more;
  } while (next[0] !== undefined || next[1] !== undefined);
  return pages;
};
const seen = ({ PartitionKey, RowKey, properties }: Record<string, unknown>) => ({ PartitionKey, RowKey, properties });

/** What became of changes that are made together, and what is there then. One that fails undoes those before it in its batch. */
const written = async (store: Store, { batch, changes }: Valued<typeof writes>, number: number) => {
  const outcomes: string[] = [];
  for (const one of changes) {
    const outcome = await changed(store, one, { batch, number }).then(() => "done", String);
    outcomes.push(outcome);
    if (outcome !== "done") break;
  }
  const isKept = batch !== "undone" && outcomes.at(-1) === "done";
  await store.endBatchTransaction(account, table, batch, context, isKept);
  return [outcomes, await pagesOf(store, { filter: undefined, top: 1_000 })];
};

const changed = async (
  store: Store,
  { kind, keys: { partition, row } }: Valued<typeof change>,
  { batch, number }: { readonly batch: string; readonly number: number },
): Promise<unknown> => {
  const plain = { PartitionKey: partition, RowKey: row, lastModifiedTime: "t", eTag: `e${number}` };
  const entity = { ...plain, properties: { value: number } };
  switch (kind) {
    case "insert":
      return store.insertTableEntity(context, table, account, entity, batch);
    case "replace":
      return store.insertOrUpdateTableEntity(context, table, account, entity, undefined, batch);
    case "merge":
      return store.insertOrMergeTableEntity(context, table, account, entity, undefined, batch);
    case "delete":
      return store.deleteTableEntity(context, table, account, partition, row, "*", batch);
  }
};

test("a row and a partition's range are found without a look at any other row", async () => {
  const store = await storeWith(byKeys);
  const insert = (PartitionKey: string, RowKey: string) =>
    store.insertTableEntity(
      context,
      table,
      account,
      { PartitionKey, RowKey, properties: {}, lastModifiedTime: "t", eTag: "e" },
      "",
    );
  for (const partition of ["a", "b", "c"]) for (const row of ["h", "n_1", "s_1", "s_2"]) await insert(partition, row);
  // Whoever looks at one of these fails.
  const untouchable = store
    .getEntityCollection(account, table, context)
    .data.filter(({ PartitionKey, RowKey }) => PartitionKey !== "b" || RowKey === "n_1");
  for (const entity of untouchable) {
    Object.defineProperty(entity, "PartitionKey", { get: () => expect.unreachable("another row was looked at") });
  }
  expect(await store.queryTableEntitiesWithPartitionAndRowKey(context, table, account, "b", "h", "")).toMatchObject({
    RowKey: "h",
  });
  const filter = "PartitionKey eq 'b' and RowKey ge 's_' and RowKey lt 's`'";
  const [rows] = await store.queryTableEntities(context, account, table, { filter }, undefined, undefined);
  expect(rows.map(({ RowKey }) => RowKey)).toEqual(["s_1", "s_2"]);
});

test("the queries of a partition that the app makes are ranges, whatever else they ask", () => {
  const keyed = "PartitionKey eq 'p' and RowKey ge 's_' and RowKey lt 's`'";
  const range = { partition: "p", from: "s_", below: "s`" };
  expect(rangeOf(keyed)).toEqual(range);
  expect(rangeOf(`${keyed} and expiresAt le datetime'2026-11-23T00:00:00.000Z'`)).toEqual(range);
});
