import { RowConflict, type StoredRow, type Table } from "../storage/table.ts";
import type { Block, RegisteredApp } from "./app-registry.ts";
import { appOf, appRow, appRowKey, blockOf, isBlockRow } from "./app-rows.ts";

/** An app and the version of it that was read; of a row that cannot be read, why. */
export type Registered = { readonly hostName: string; readonly version: string } & (
  { readonly kind: "app"; readonly app: RegisteredApp } | { readonly kind: "malformed"; readonly fault: unknown }
);

/** Everything of the registry, in the order of its keys. */
export type Register = {
  readonly apps: readonly Registered[];
  readonly blocks: readonly Block[];
  /** Entries of the block list that block nobody, for they cannot be read: their keys. */
  readonly malformedBlocks: readonly string[];
};

/** The registry as an operator reads and changes it: as it is now, and each change on top of a version that was seen. */
export type AppRegister = {
  readonly all: () => Promise<Register>;
  readonly find: (hostName: string) => Promise<Registered | undefined>;
  /** Writes an app over that version, or where none was. Throws `RowConflict` when somebody else wrote first. */
  readonly save: (app: RegisteredApp, over: string | undefined) => Promise<void>;
  /** Removes that version. Throws likewise. */
  readonly remove: (hostName: string, version: string) => Promise<void>;
};

export const tableAppRegister = (apps: Table): AppRegister => ({
  all: async () => {
    const found: Registered[] = [];
    const blocks: Block[] = [];
    const malformedBlocks: string[] = [];
    for await (const row of apps.all()) {
      if (!isBlockRow(row)) {
        found.push(registeredOf(row));
        continue;
      }
      try {
        blocks.push(blockOf(row));
      } catch {
        malformedBlocks.push(row.rowKey);
      }
    }
    return { apps: found, blocks, malformedBlocks };
  },
  find: async (hostName) => {
    const row = await apps.find(hostName, appRowKey);
    return row && registeredOf(row);
  },
  save: async (app, over) => {
    const row = appRow(app);
    if (over !== undefined) return apps.write({ kind: "replace", row, ifMatch: over });
    return apps.write({ kind: "insert", row }).catch(async (error: unknown) => {
      // An answer that was lost is asked for again by the SDK: what is there then may be this very app.
      const there = error instanceof RowConflict ? await apps.find(row.partitionKey, appRowKey) : undefined;
      if (there?.definition !== row.definition) throw error;
    });
  },
  remove: (hostName, version) =>
    apps.write({ kind: "delete", partitionKey: hostName, rowKey: appRowKey, ifMatch: version }),
});

const registeredOf = (row: StoredRow): Registered => {
  const at = { hostName: row.partitionKey, version: row.etag };
  try {
    return { ...at, kind: "app", app: appOf(row) };
  } catch (fault) {
    return { ...at, kind: "malformed", fault };
  }
};
