import { beforeAll } from "vitest";
import type { Change, Row, RowValue, StoredRow, Table } from "../../../shared/storage/table.ts";

export const put = (partitionKey: string, values: Readonly<Record<string, RowValue>>, rowKey = "r"): Change => ({
  kind: "put",
  row: { ...values, partitionKey, rowKey },
});
// Who imports this sees what the hooks below gave it.
export let table: Table;

export const partition = (): string => crypto.randomUUID();
export const insert = (row: Row): Promise<void> => table.write({ kind: "insert", row });
export const found = async (partitionKey: string, rowKey = "r"): Promise<StoredRow> => {
  const row = await table.find(partitionKey, rowKey);
  if (!row) throw new Error(`There is no row ${rowKey}.`);
  return row;
};
export const keysIn = async (rows: AsyncIterable<StoredRow>): Promise<string[]> => {
  const keys: string[] = [];
  for await (const row of rows) keys.push(row.rowKey);
  return keys;
};

/** One table for all cases of the `describe` that calls it. */
export const oneTable = (makeTable: () => Promise<Table> | Table): void => {
  beforeAll(async () => {
    table = await makeTable();
  });
};
