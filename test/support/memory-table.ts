import { RowConflict, type Change, type Row, type StoredRow, type Table } from "../../shared/storage/table.ts";

/** As many as the service gives in one page. */
const pageRows = 1_000;
const changesMax = 100;

/** A `Table` in this process's memory, for tests that need many or that look at what is asked of it. */
export const memoryTable = (): Table => {
  const partitions = new Map<string, Map<string, StoredRow>>();
  let lastEtag = 0;

  const rowsOf = (partitionKey: string): ReadonlyMap<string, StoredRow> => partitions.get(partitionKey) ?? new Map();
  const allRows = (): StoredRow[] => [...partitions.values()].flatMap((rows) => [...rows.values()]);

  const apply = (changes: readonly Change[]): void => {
    for (const change of changes) {
      const { partitionKey, rowKey } = keysOf(change);
      if (!isMet(change, rowsOf(partitionKey).get(rowKey))) throw new RowConflict("The row was changed meanwhile.");
    }
    for (const change of changes) {
      const { partitionKey, rowKey } = keysOf(change);
      const rows = partitions.get(partitionKey) ?? new Map<string, StoredRow>();
      partitions.set(partitionKey, rows);
      if (change.kind === "delete") rows.delete(rowKey);
      else rows.set(rowKey, { ...structuredClone(change.row), etag: `"${(lastEtag += 1)}"` });
    }
  };

  return {
    find: async (partitionKey, rowKey) => {
      await nextTurn();
      return structuredClone(rowsOf(partitionKey).get(rowKey));
    },
    range: (partitionKey, from, below, { limit, expiredAt } = {}) =>
      paged(
        () =>
          [...rowsOf(partitionKey).values()].filter(
            (row) => row.rowKey >= from && row.rowKey < below && (expiredAt === undefined || isPast(row, expiredAt)),
          ),
        limit,
      ),
    partitionsBelow: (partitionKey, limit) =>
      paged(() => allRows().filter((row) => row.partitionKey < partitionKey), limit),
    all: () => paged(allRows),
    write: async (change) => {
      await nextTurn();
      apply([change]);
    },
    transact: async (changes) => {
      refuseImpossible(changes);
      await nextTurn();
      apply(changes);
    },
  };
};

/** Pages as the service gives them: each is the state at its own request, so that rows may come and go between two. */
const paged = async function* (wanted: () => StoredRow[], limit = Infinity): AsyncIterable<StoredRow> {
  let last: StoredRow | undefined;
  for (let left = limit; left > 0;) {
    await nextTurn();
    const behind = (row: StoredRow): boolean => !last || inOrder(last, row) < 0;
    const size = Math.min(pageRows, left);
    const page = wanted().filter(behind).sort(inOrder).slice(0, size);
    for (const row of page) yield structuredClone(row);
    if (page.length < size) return;
    left -= page.length;
    last = page.at(-1);
  }
};

const isPast = ({ ["expiresAt"]: at }: StoredRow, now: number): boolean => at instanceof Date && at.getTime() <= now;

/** As the service refuses them: what the app must never send. */
const refuseImpossible = (changes: readonly Change[]): void => {
  if (changes.length === 0) throw new Error("A transaction has at least one change.");
  if (changes.length > changesMax) throw new Error(`A transaction has at most ${changesMax} changes.`);
  const keys = changes.map(keysOf);
  if (new Set(keys.map(({ partitionKey }) => partitionKey)).size > 1) {
    throw new Error("A transaction keeps to one partition.");
  }
  if (new Set(keys.map(({ rowKey }) => rowKey)).size < keys.length) {
    throw new Error("A transaction changes a row once.");
  }
  if (changes.some((change) => change.kind === "delete" && change.ifMatch !== undefined)) {
    throw new Error("A transaction's delete asks for no version.");
  }
};

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
const inOrder = (a: StoredRow, b: StoredRow): number =>
  compare(a.partitionKey, b.partitionKey) || compare(a.rowKey, b.rowKey);
const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Nothing is answered at once: whoever relies on that would fail on the real one. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
