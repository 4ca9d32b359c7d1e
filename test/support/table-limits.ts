import type { Change, Row, RowValue } from "../../shared/storage/table.ts";

// https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model and
// https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
const changesMax = 100;
const bytesMax = 4 * 1024 * 1024;
const propertiesMax = 252;
/** 64 KiB of UTF-16. */
const charactersMax = 32 * 1024;
const keyCharactersMax = 512;
const wholeMax = 2 ** 31 - 1;

/** Throws what is no conflict for what the service refuses whatever stands there: the app must never send it. */
export const refuseImpossible = (changes: readonly Change[], how: "alone" | "together" = "alone"): void => {
  if (how === "together") refuseTransaction(changes);
  for (const change of changes) {
    const { partitionKey, rowKey } = keysOf(change);
    if (![partitionKey, rowKey].every(isKey))
      throw new Error("A key is short and has no / \\ # ? or control characters.");
    if (change.kind !== "delete") refuseRow(change.row);
  }
};

const refuseTransaction = (changes: readonly Change[]): void => {
  if (changes.length === 0) throw new Error("A transaction has at least one change.");
  if (changes.length > changesMax) throw new Error(`A transaction has at most ${changesMax} changes.`);
  const keys = changes.map(keysOf);
  if (keys.some(({ partitionKey }) => partitionKey !== keys[0]?.partitionKey)) {
    throw new Error("A transaction keeps to one partition.");
  }
  if (new Set(keys.map(({ rowKey }) => rowKey)).size < keys.length) {
    throw new Error("A transaction changes a row once.");
  }
  const bytesAtLeast = changes.reduce((sum, change) => sum + (change.kind === "delete" ? 0 : lengthOf(change.row)), 0);
  if (bytesAtLeast > bytesMax) throw new Error("A transaction has at most 4 MiB.");
};

const refuseRow = (row: Row): void => {
  const values = Object.values(row);
  if (values.length > propertiesMax + 2)
    throw new Error(`A row has at most ${propertiesMax} properties beside its keys.`);
  if (!values.every(isKept)) {
    throw new Error(
      "A value is text of at most 64 KiB, a boolean, a date, or a number: with a fraction, or whole and of 32 bits.",
    );
  }
};

const isKept = (value: RowValue): boolean => {
  switch (typeof value) {
    case "string":
      return value.length <= charactersMax;
    case "number":
      return Number.isFinite(value) && (!Number.isInteger(value) || (value <= wholeMax && value >= -wholeMax - 1));
    case "boolean":
      return true;
    default:
      return value instanceof Date && !Number.isNaN(value.getTime());
  }
};

const isKey = (key: string): boolean =>
  key.length <= keyCharactersMax && !/[/\\#?\u0000-\u001f\u007f-\u009f]/.test(key);

const lengthOf = (row: Row): number =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);

const keysOf = (change: Change): Pick<Row, "partitionKey" | "rowKey"> =>
  change.kind === "delete" ? change : change.row;
