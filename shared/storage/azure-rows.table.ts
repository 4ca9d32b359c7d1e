import type { TableClient, TableEntity, TableEntityResult, TransactionAction } from "@azure/data-tables";
import { isRowAbsent, translated } from "./azure-faults.ts";
import type { Change, Row, RowValue, StoredRow, Table } from "./table.ts";

/** Options that end a request in time. */
export type Timely = () => { readonly abortSignal: AbortSignal };

/** One table of Azure Table Storage, or of what speaks as it does. */
export const azureTable = (client: TableClient, timely: Timely): Table => ({
  find: (partitionKey, rowKey) =>
    translated(async () => {
      try {
        return stored(await client.getEntity<Record<string, RowValue>>(partitionKey, rowKey, timely()));
      } catch (error) {
        if (isRowAbsent(error)) return undefined;
        throw error;
      }
    }),
  // Keys are hashes and ids of ours, so nothing in them could end the quoted strings.
  range: (partitionKey, from, below, { limit, expiredAt } = {}) => {
    const keys = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${below}'`;
    const expired = expiredAt === undefined ? "" : ` and expiresAt le datetime'${new Date(expiredAt).toISOString()}'`;
    return rows(client, timely, { filter: keys + expired, limit });
  },
  partitionsBelow: (partitionKey, limit) =>
    rows(client, timely, { filter: `PartitionKey lt '${partitionKey}'`, limit }),
  withRowKey: (rowKey) => pages(client, timely, { filter: `RowKey eq '${rowKey}'` }),
  withRowKeys: (from, below) => pages(client, timely, { filter: `RowKey ge '${from}' and RowKey lt '${below}'` }),
  all: () => rows(client, timely),
  write: (change) =>
    translated(async () => {
      await write(client, change, timely());
    }),
  transact: (changes) =>
    translated(async () => {
      // The SDK (13.3) throws a plain Error, like that of a network gone.
      if (new Set(changes.map(partitionOf)).size !== 1) throw new TypeError("A transaction keeps to one partition.");
      await client.submitTransaction(changes.map(action), timely());
    }),
});

type Query = { readonly filter?: string; readonly limit?: number | undefined };

async function* rows(...asked: Parameters<typeof pages>): AsyncIterable<StoredRow> {
  for await (const page of pages(...asked)) yield* page;
}

/** Each page has a time limit of its own: whoever works on the rows between two pages may take as long as it needs. */
async function* pages(
  client: TableClient,
  timely: Timely,
  { filter, limit }: Query = {},
): AsyncIterable<readonly StoredRow[]> {
  let continuationToken: string | undefined;
  let left = limit ?? Infinity;
  do {
    const options = { ...timely(), ...(filter !== undefined && { queryOptions: { filter } }) };
    const from = { maxPageSize: Math.min(1_000, left), ...(continuationToken !== undefined && { continuationToken }) };
    const listed = client.listEntities<Record<string, RowValue>>(options).byPage(from);
    const page = await translated(() => listed.next());
    if (page.done) return;
    yield page.value.map(stored);
    left -= page.value.length;
    ({ continuationToken } = page.value);
  } while (continuationToken !== undefined && left > 0);
}

type Found = TableEntityResult<Record<string, RowValue>>;

const stored = (found: Found): StoredRow => {
  const row: Record<string, RowValue> = {};
  for (const [name, value] of Object.entries(found)) {
    if (name !== "timestamp" && !name.startsWith("odata.")) row[name] = value;
  }
  return row as StoredRow;
};

const entity = (row: Row): TableEntity => ({ ...row });

const partitionOf = (change: Change): string =>
  change.kind === "delete" ? change.partitionKey : change.row.partitionKey;

const write = (client: TableClient, change: Change, options: ReturnType<Timely>): Promise<unknown> => {
  switch (change.kind) {
    case "insert":
      return client.createEntity(entity(change.row), options);
    case "put":
      return client.upsertEntity(entity(change.row), "Replace", options);
    case "replace":
      return client.updateEntity(entity(change.row), "Replace", { etag: change.ifMatch, ...options });
    case "delete":
      return client.deleteEntity(change.partitionKey, change.rowKey, { etag: change.ifMatch ?? "*", ...options });
  }
};

const action = (change: Change): TransactionAction => {
  switch (change.kind) {
    case "insert":
      return ["create", entity(change.row)];
    case "put":
      return ["upsert", entity(change.row), "Replace"];
    case "replace":
      return ["update", entity(change.row), "Replace", { etag: change.ifMatch }];
    case "delete":
      // The SDK (13.3) would leave the version out without a word.
      if (change.ifMatch !== undefined) throw new TypeError("In a transaction a delete cannot ask for a version.");
      return ["delete", { partitionKey: change.partitionKey, rowKey: change.rowKey }];
  }
};
