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
import { z } from "zod";
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

type Options = {
  /** A request that takes longer counts as unavailable, the SDK's own retries included; 5,000 milliseconds by default. */
  readonly callTimeoutMs?: number;
};

type PipelinePolicy = NonNullable<TableServiceClientOptions["additionalPolicies"]>[number]["policy"];

/** JSON says the same with U+2028 and U+2029 escaped; Azurite (3.35) takes them for ends of lines, and fails the transaction. */
const escapeLineSeparators: PipelinePolicy = {
  name: "escape line separators",
  sendRequest: (request, next) => {
    if (typeof request.body === "string") {
      request.body = request.body.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
    }
    return next(request);
  },
};

const clientOptions: TableServiceClientOptions = {
  retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
  additionalPolicies: [{ policy: escapeLineSeparators, position: "perCall" }],
};

/** Opens all tables of the service. Connects on first use; throws only when the connection string is malformed. */
export const openTables = (access: TablesAccess, { callTimeoutMs = 5_000 }: Options = {}): Tables => {
  const timely: Timely = () => ({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
  const table = (name: string): Table => azureTable(clientOf(access, name), timely);
  return {
    feeds: table("feeds"),
    unsids: table("unsids"),
    apps: table("apps"),
    deliveries: table("deliveries"),
    expiries: table("expiries"),
    throttles: table("throttles"),
    tokens: table("tokens"),
    audit: table("audit"),
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

/** Options that end a request in time. */
type Timely = () => { readonly abortSignal: AbortSignal };

const azureTable = (client: TableClient, timely: Timely): Table => ({
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

const stored = ({ timestamp: _, ...found }: Found): StoredRow => {
  const values = Object.entries(found).filter(([name]) => !name.startsWith("odata."));
  const properties = Object.fromEntries(values) as Record<string, RowValue>;
  return { ...properties, partitionKey: String(found.partitionKey), rowKey: String(found.rowKey), etag: found.etag };
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

/** SDK errors become ours here and nowhere else: 409, 412 and a row that went are conflicts, a 4xx is our bug, the rest is unavailability. */
const translated = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    const status = error instanceof RestError ? error.statusCode : undefined;
    if (status === 409 || status === 412 || isRowAbsent(error)) {
      throw new RowConflict("The row was changed meanwhile.", { cause: error });
    }
    if (error instanceof RestError && (status === 401 || status === 403)) throw denied(error);
    const ours = status !== undefined && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (ours || error instanceof TypeError) throw error;
    throw new Unavailable("Table storage", { cause: error });
  }
};

/**
 * An operator's matter: a role not given (or given minutes ago), a wrong key. Said in our words and without a cause, for the
 * service's text quotes the request's signature, and the SDK's error carries the request.
 */
const denied = (error: RestError): Error =>
  new Error(
    `Table storage denies this app access (${[error.statusCode, codeOf(error)].filter(Boolean).join(" ")}): ` +
      "its identity needs the role Storage Table Data Contributor, which takes some minutes to be known, or its key is wrong.",
  );

/** A 404 says either that the row is not there, which happens, or that the table is not, which is a deployment gone wrong. */
const isRowAbsent = (error: unknown): boolean =>
  error instanceof RestError && error.statusCode === 404 && codeOf(error) !== "TableNotFound";

/** The service's own word for what went wrong: the SDK (13.3) keeps it elsewhere for a transaction than for a single request. */
const codeOf = ({ code, details }: RestError): string | undefined =>
  code ?? codeSchema.safeParse(details).data?.odataError.code;
const codeSchema = z.object({ odataError: z.object({ code: z.string() }) });
