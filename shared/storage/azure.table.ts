import {
  RestError,
  TableClient,
  TableServiceClient,
  type TableEntity,
  type TableEntityResult,
  type TableServiceClientOptions,
  type TransactionAction,
} from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { Unavailable } from "../unavailable.ts";
import {
  RowConflict,
  tableNames,
  type Change,
  type Row,
  type RowValue,
  type StoredRow,
  type Table,
  type Tables,
} from "./table.ts";

/** How to reach the tables: a connection string (a laptop), or an endpoint and an identity (Azure). */
export type TablesAccess =
  | { readonly kind: "connection-string"; readonly connectionString: string }
  | { readonly kind: "identity"; readonly endpoint: string; readonly credential: TokenCredential };

/** A call that takes longer counts as unavailable; the SDK's own retries happen within. */
const callTimeoutMs = 5_000;

const clientOptions: TableServiceClientOptions = {
  retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
};

/** Opens all tables of the service. Connects on first use; throws only when the connection string is malformed. */
export const openTables = (access: TablesAccess): Tables => {
  const table = (name: string): Table => azureTable(clientOf(access, name));
  return {
    feeds: table("feeds"),
    unsids: table("unsids"),
    apps: table("apps"),
    deliveries: table("deliveries"),
    expiries: table("expiries"),
    throttles: table("throttles"),
  };
};

/** Creates the tables that are missing. On Azure the deployment does this; the app itself never does. */
export const createTables = async (access: TablesAccess): Promise<void> => {
  const service =
    access.kind === "identity"
      ? new TableServiceClient(access.endpoint, access.credential, clientOptions)
      : TableServiceClient.fromConnectionString(access.connectionString, insecureLoopback(access.connectionString));
  await Promise.all(tableNames.map((name) => service.createTable(name)));
};

const clientOf = (access: TablesAccess, name: string): TableClient =>
  access.kind === "identity"
    ? new TableClient(access.endpoint, name, access.credential, clientOptions)
    : TableClient.fromConnectionString(access.connectionString, name, insecureLoopback(access.connectionString));

/** Plain http is for the emulator on this machine; the configuration refuses such a connection string anywhere else. */
const insecureLoopback = (connectionString: string): TableServiceClientOptions => ({
  ...clientOptions,
  allowInsecureConnection: /TableEndpoint=http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/i.test(connectionString),
});

const azureTable = (client: TableClient): Table => ({
  find: (partitionKey, rowKey) =>
    translated(async () => {
      try {
        return stored(await client.getEntity<Record<string, RowValue>>(partitionKey, rowKey, timely()));
      } catch (error) {
        if (error instanceof RestError && error.statusCode === 404) return undefined;
        throw error;
      }
    }),
  // Keys are hashes and ids of ours, so nothing in them could end the quoted strings.
  range: (partitionKey, from, below) =>
    rows(client, `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${below}'`),
  all: () => rows(client),
  write: (change) =>
    translated(async () => {
      await write(client, change);
    }),
  transact: (changes) =>
    translated(async () => {
      await client.submitTransaction(changes.map(action), timely());
    }),
});

const timely = (): { abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });

async function* rows(client: TableClient, filter?: string): AsyncIterable<StoredRow> {
  const pages = client
    .listEntities<Record<string, RowValue>>({ ...timely(), ...(filter !== undefined && { queryOptions: { filter } }) })
    .byPage({ maxPageSize: 1_000 });
  for (;;) {
    const page = await translated(() => pages.next());
    if (page.done) return;
    for (const found of page.value) yield stored(found);
  }
}

type Found = TableEntityResult<Record<string, RowValue>>;

const stored = ({ timestamp: _, ...found }: Found): StoredRow => {
  const values = Object.entries(found).filter(([name]) => !name.startsWith("odata."));
  const properties = Object.fromEntries(values) as Record<string, RowValue>;
  return { ...properties, partitionKey: String(found.partitionKey), rowKey: String(found.rowKey), etag: found.etag };
};

const entity = (row: Row): TableEntity => ({ ...row });

const write = (client: TableClient, change: Change): Promise<unknown> => {
  switch (change.kind) {
    case "insert":
      return client.createEntity(entity(change.row), timely());
    case "put":
      return client.upsertEntity(entity(change.row), "Replace", timely());
    case "replace":
      return client.updateEntity(entity(change.row), "Replace", { etag: change.ifMatch, ...timely() });
    case "delete":
      return client.deleteEntity(change.partitionKey, change.rowKey, timely());
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
      return ["delete", { partitionKey: change.partitionKey, rowKey: change.rowKey }];
  }
};

/** SDK errors become ours here and nowhere else: 409 and 412 are conflicts, a 4xx is our bug, the rest is unavailability. */
const translated = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    const status = error instanceof RestError ? error.statusCode : undefined;
    if (status === 409 || status === 412) throw new RowConflict("The row was changed meanwhile.", { cause: error });
    const ours = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (ours || error instanceof TypeError) throw error;
    throw new Unavailable("Table storage", { cause: error });
  }
};
