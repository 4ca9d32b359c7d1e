import { translated } from "./azure-faults.ts";
import type { Continuation } from "./table-json.ts";
import type { TableRequests } from "./table-requests.http.ts";
import type { Change, StoredRow, Table } from "./table.ts";

/** One table of Azure Table Storage, or of what speaks as it does. */
export const azureTable = (requests: TableRequests): Table => ({
  find: (partitionKey, rowKey) => translated(() => requests.find(partitionKey, rowKey)),
  // Keys are hashes and ids of ours, so nothing in them could end the quoted strings.
  range: (partitionKey, from, below, { limit, expiredAt } = {}) => {
    const keys = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${below}'`;
    const expired = expiredAt === undefined ? "" : ` and expiresAt le datetime'${new Date(expiredAt).toISOString()}'`;
    return rows(requests, { filter: keys + expired, limit });
  },
  partitionsBelow: (partitionKey, limit) => rows(requests, { filter: `PartitionKey lt '${partitionKey}'`, limit }),
  withRowKey: (rowKey) => pages(requests, { filter: `RowKey eq '${rowKey}'` }),
  withRowKeys: (from, below) => pages(requests, { filter: `RowKey ge '${from}' and RowKey lt '${below}'` }),
  all: () => rows(requests),
  write: (change) => translated(() => requests.change(change)),
  transact: (changes) =>
    translated(() => {
      if (new Set(changes.map(partitionOf)).size !== 1) throw new TypeError("A transaction keeps to one partition.");
      return requests.transact(changes);
    }),
});

type Wanted = { readonly filter?: string; readonly limit?: number | undefined };

async function* rows(...asked: Parameters<typeof pages>): AsyncIterable<StoredRow> {
  for await (const page of pages(...asked)) yield* page;
}

/** Each page has a time limit of its own: whoever works on the rows between two pages may take as long as it needs. */
async function* pages(requests: TableRequests, { filter, limit }: Wanted = {}): AsyncIterable<readonly StoredRow[]> {
  let from: Continuation | undefined;
  let left = limit ?? Infinity;
  do {
    const query = { filter, top: Math.min(rowsMost, left), from };
    const page = await translated(() => requests.page(query));
    yield page.rows;
    left -= page.rows.length;
    from = page.next;
  } while (from !== undefined && left > 0);
}

/** The service has no larger page. */
const rowsMost = 1_000;

const partitionOf = (change: Change): string =>
  change.kind === "delete" ? change.partitionKey : change.row.partitionKey;
