import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsIn } from "../../infra/local/secrets.ts";
import { tablesConnectionString } from "../../infra/local/tables/connection.ts";
import { createTables, openTables, type TablesAccess } from "../../shared/storage/azure.table.ts";
import type { Tables } from "../../shared/storage/table.ts";
import { startProgram } from "./program.ts";

/** A table service of a test file's own, in memory, with all tables made. */
export type TablesUnderTest = {
  readonly tables: Tables;
  readonly connectionString: string;
  /** The same account, reached by another port: a proxy's, say. */
  readonly connectionStringAt: (port: number) => string;
  readonly port: number;
  readonly stop: () => Promise<void>;
};

export const startTablesUnderTest = async (): Promise<TablesUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), "fanfare-tables-"));
  const { tablesKey } = await secretsIn(folder);
  const program = await startProgram({
    name: "tables",
    env: { FANFARE_DATA_DIR: folder, FANFARE_TABLES_PORT: "0", FANFARE_EPHEMERAL: "1" },
  });
  const port = Number(/:(\d+)$/.exec(program.ready)?.[1]);
  const connectionStringAt = (other: number): string => tablesConnectionString(other, tablesKey);
  const connectionString = connectionStringAt(port);
  await createTables(accessBy(connectionString));
  return {
    tables: openTables(accessBy(connectionString)),
    connectionString,
    connectionStringAt,
    port,
    stop: async () => {
      await program.kill(); // it keeps nothing, so there is nothing to wait for
      await rm(folder, { recursive: true });
    },
  };
};

export const accessBy = (connectionString: string): TablesAccess => ({ kind: "connection-string", connectionString });
