import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import { TableServiceClient } from "@azure/data-tables";
import { tablesConnectionString } from "../../infra/local/tables/connection.ts";
import { createTables, openTables, type TablesAccess } from "../../shared/storage/azure.table.ts";
import type { Tables } from "../../shared/storage/table.ts";

/** A table service of a test file's own, in memory, with all tables made: an account of the one that serves the whole run. */
export type TablesUnderTest = {
  readonly tables: Tables;
  /** Its name, by which commands tell where they act. */
  readonly account: string;
  readonly connectionString: string;
  /** The same account, reached by another port: a proxy's, say. */
  readonly connectionStringAt: (port: number) => string;
  readonly port: number;
  /** Takes its tables away, with all that is in them. */
  readonly stop: () => Promise<void>;
};

/** Throws when as many were started in this run as there are accounts. */
export const startTablesUnderTest = async (): Promise<TablesUnderTest> => {
  const { port, key } = inject("tableService");
  const account = await ownAccount();
  const connectionStringAt = (other: number): string => tablesConnectionString(other, key, account);
  const connectionString = connectionStringAt(port);
  await createTables(accessBy(connectionString));
  return {
    tables: openTables(accessBy(connectionString)),
    account,
    connectionString,
    connectionStringAt,
    port,
    stop: () => dropTables(connectionString),
  };
};

export const accessBy = (connectionString: string): TablesAccess => ({ kind: "connection-string", connectionString });

/** One that nobody else has had in this run: test files run in several processes. */
const ownAccount = async (): Promise<string> => {
  const { accounts, claims } = inject("tableService");
  for (const account of accounts) {
    const isOurs = await mkdir(join(claims, account)).then(
      () => true,
      () => false,
    );
    if (isOurs) return account;
  }
  throw new Error(`All ${accounts.length} accounts of the table service are taken.`);
};

const dropTables = async (connectionString: string): Promise<void> => {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for await (const { name } of service.listTables()) if (name !== undefined) await service.deleteTable(name);
};
