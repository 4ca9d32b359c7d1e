import { TableClient, TableServiceClient, type TableServiceClientOptions } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import { deadlines } from "../deadlines.ts";
import { azureTable } from "./azure-rows.table.ts";
import { isLoopback, tableRequests } from "./table-requests.http.ts";
import { tableTransport } from "./table-transport.http.ts";
import { tableNames, type Table, type Tables } from "./table.ts";

/** How to reach the tables: a connection string (a laptop), or an endpoint and an identity (Azure). */
export type TablesAccess =
  | { readonly kind: "connection-string"; readonly connectionString: string }
  | { readonly kind: "identity"; readonly endpoint: string; readonly credential: TokenCredential };

type Options = {
  /** A request that takes longer counts as unavailable, the SDK's own retries included; 5,000 milliseconds by default. */
  readonly callTimeoutMs?: number;
  /** What ends a request instead, asked for each anew. */
  readonly endOfCall?: () => AbortSignal;
};

/** One for all tables, and their connections. */
const transport = tableTransport();

const clientOptions: TableServiceClientOptions = {
  httpClient: transport,
  retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 500 },
};

/** Opens all tables of the service. Connects on first use; throws only when the connection string is malformed. */
export const openTables = (
  access: TablesAccess,
  { callTimeoutMs = 5_000, endOfCall = deadlines(callTimeoutMs) }: Options = {},
): Tables => {
  const table = (name: string): Table => azureTable(tableRequests(clientOf(access, name), transport, endOfCall));
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
    : TableClient.fromConnectionString(access.connectionString, name, clientOptions);

/** Plain http is for the emulator on this machine; the configuration refuses such a connection string anywhere else. */
const insecureLoopback = (connectionString: string): TableServiceClientOptions => ({
  ...clientOptions,
  allowInsecureConnection: isLoopback(/TableEndpoint=([^;]*)/i.exec(connectionString)?.[1] ?? ""),
});
