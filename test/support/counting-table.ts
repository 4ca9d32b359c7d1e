import type { StoredRow, Table } from "../../shared/storage/table.ts";

/** What was asked of a table at its port, and how many rows that gave. A write of one row is a transaction, too. */
export type Counts = { finds: number; ranges: number; transactions: number; rows: number };

/** A table that goes on to another and counts. `take` tells what there was since the last time. */
export const countingTable = (table: Table): Table & { readonly take: () => Counts } => {
  let counts = nothing();
  const counted = async function* (rows: AsyncIterable<StoredRow>): AsyncIterable<StoredRow> {
    for await (const row of rows) {
      counts.rows += 1;
      yield row;
    }
  };
  return {
    ...table,
    find: async (partitionKey, rowKey) => {
      counts.finds += 1;
      const row = await table.find(partitionKey, rowKey);
      if (row) counts.rows += 1;
      return row;
    },
    range: (...where) => {
      counts.ranges += 1;
      return counted(table.range(...where));
    },
    write: (change) => {
      counts.transactions += 1;
      return table.write(change);
    },
    transact: (changes) => {
      counts.transactions += 1;
      return table.transact(changes);
    },
    take: () => {
      const taken = counts;
      counts = nothing();
      return taken;
    },
  };
};

const nothing = (): Counts => ({ finds: 0, ranges: 0, transactions: 0, rows: 0 });
