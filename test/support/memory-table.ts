import { sortedMap, type SortedMap } from "../../infra/local/tables/sorted-map.ts";
import {
  RowConflict,
  type Change,
  type Row,
  type RowValue,
  type StoredRow,
  type Table,
} from "../../shared/storage/table.ts";
import { refuseImpossible } from "./table-limits.ts";

/** As many as the service gives in one page. */
const pageRows = 1_000;

type Options = {
  /** What a request waits for before it takes effect; a turn of the event loop by default. A simulation has turns of its own. */
  readonly turn?: () => Promise<void>;
};

/** Which rows a reader wants. */
type Wanted = {
  /** That row and all behind it are none of them. */
  readonly isPassed?: (row: StoredRow) => boolean;
  readonly isMeant?: (row: StoredRow) => boolean;
  /** At most so many. */
  readonly limit?: number | undefined;
};

/**
 * A `Table` in this process's memory, for tests that need many or that look at what is asked of it, and for the simulator.
 * What the service would refuse is refused, some of it that Azurite lets pass.
 */
export const memoryTable = ({ turn = nextTurn }: Options = {}): Table => {
  const partitions = new Map<string, SortedMap<StoredRow>>();
  let lastEtag = 0;

  const partitionOf = (partitionKey: string): SortedMap<StoredRow> => {
    const partition = partitions.get(partitionKey) ?? sortedMap<StoredRow>();
    partitions.set(partitionKey, partition);
    return partition;
  };
  const find = (partitionKey: string, rowKey: string): StoredRow | undefined =>
    partitions.get(partitionKey)?.get(rowKey);

  const apply = (changes: readonly Change[]): void => {
    for (const change of changes) {
      const { partitionKey, rowKey } = keysOf(change);
      if (!isMet(change, find(partitionKey, rowKey))) throw new RowConflict("The row was changed meanwhile.");
    }
    for (const change of changes) {
      const rows = partitionOf(keysOf(change).partitionKey);
      if (change.kind === "delete") rows.delete(change.rowKey);
      else rows.set(change.row.rowKey, stored(change.row, `"${(lastEtag += 1)}"`));
    }
  };

  const rowsOf = (partitionKey: string, from: string): Iterable<StoredRow> =>
    partitions.get(partitionKey)?.from(from) ?? [];
  /** Every row, or those from there on. */
  const allRows = function* (first?: StoredRow): Iterable<StoredRow> {
    const keys = [...partitions.keys()].filter((key) => first === undefined || key >= first.partitionKey).sort(compare);
    for (const key of keys) yield* rowsOf(key, key === first?.partitionKey ? first.rowKey : "");
  };

  /** Pages as the service gives them: each is the state at its own request, so that rows may come and go between two. */
  const paged = async function* (
    rowsFrom: (last: StoredRow | undefined) => Iterable<StoredRow>,
    { isPassed = () => false, isMeant = () => true, limit = Infinity }: Wanted = {},
  ): AsyncIterable<StoredRow> {
    let last: StoredRow | undefined;
    for (let left = limit; left > 0;) {
      await turn();
      const size = Math.min(pageRows, left);
      const page: StoredRow[] = [];
      for (const row of rowsFrom(last)) {
        if (isPassed(row)) break;
        const isBehindLast = row.rowKey !== last?.rowKey || row.partitionKey !== last.partitionKey;
        if (isBehindLast && isMeant(row)) page.push(row);
        if (page.length === size) break;
      }
      for (const row of page) yield copyOf(row);
      if (page.length < size) return;
      left -= page.length;
      last = page.at(-1);
    }
  };

  return {
    find: async (partitionKey, rowKey) => {
      await turn();
      const row = find(partitionKey, rowKey);
      return row && copyOf(row);
    },
    range: (partitionKey, from, below, { limit, expiredAt } = {}) =>
      paged((last) => rowsOf(partitionKey, last?.rowKey ?? from), {
        isPassed: ({ rowKey }) => rowKey >= below,
        isMeant: (row) => expiredAt === undefined || isPast(row, expiredAt),
        limit,
      }),
    partitionsBelow: (partitionKey, limit) =>
      paged(allRows, { isPassed: (row) => row.partitionKey >= partitionKey, limit }),
    withRowKey: async function* (rowKey) {
      await turn();
      yield [...allRows()].filter((row) => row.rowKey === rowKey).map((row) => copyOf(row));
    },
    withRowKeys: async function* (from, below) {
      await turn();
      yield [...allRows()].filter(({ rowKey }) => rowKey >= from && rowKey < below).map((row) => copyOf(row));
    },
    all: () => paged(allRows),
    write: async (change) => {
      refuseImpossible([change]);
      await turn();
      apply([change]);
    },
    transact: async (changes) => {
      refuseImpossible(changes, "together");
      await turn();
      apply(changes);
    },
  };
};

/** The etag first, so that rows of one table share a shape, and whatever etag the row was read with. */
const stored = (row: Row, etag: string): StoredRow => Object.assign({ etag }, copyOf(row), { etag });

/** Whoever has a row may do with it what he likes. Its values are flat, and of them only dates could be changed. */
const copyOf = <R extends Row>(row: R): R => {
  const copy: Record<string, RowValue> = { ...row };
  for (const name in copy) {
    const value = copy[name];
    if (value instanceof Date) copy[name] = new Date(value);
  }
  return copy as R;
};

const isPast = ({ ["expiresAt"]: at }: StoredRow, now: number): boolean => at instanceof Date && at.getTime() <= now;

const isMet = (change: Change, found: StoredRow | undefined): boolean => {
  switch (change.kind) {
    case "insert":
      return found === undefined;
    case "put":
      return true;
    case "replace":
      return found?.etag === change.ifMatch;
    case "delete":
      return found !== undefined && (change.ifMatch === undefined || found.etag === change.ifMatch);
  }
};

const keysOf = (change: Change): Pick<Row, "partitionKey" | "rowKey"> =>
  change.kind === "delete" ? change : change.row;

/** By code units, as the service compares. */
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Nothing is answered at once: whoever relies on that would fail on the real one. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
