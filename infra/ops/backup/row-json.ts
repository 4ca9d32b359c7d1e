import type { Row, RowValue } from "../../../shared/storage/table.ts";

/** Whatever a column of Table Storage may hold, as the SDK gives it: also what no row of ours has. */
export type ColumnValue = RowValue | bigint | Uint8Array | { readonly type: "Guid"; readonly value: string };
export type ColumnValues = Readonly<Record<string, ColumnValue>>;

/**
 * Columns as JSON, by the rules of the service's own JSON: what JSON has no type for is a text beside a member `<name>@odata.type` that says
 * which it is. No column's name has an at sign. So anybody can read it, and put it back, who knows Table Storage.
 * https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
 */
export const jsonOfColumns = (columns: ColumnValues): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, value]): [string, unknown][] => {
      const typed = typedOf(value);
      if (!typed) return [[name, value]];
      return [
        [`${name}${typeSuffix}`, typed.type],
        [name, typed.text],
      ];
    }),
  );

/** Undefined: JSON has that type itself. */
const typedOf = (value: ColumnValue): { readonly type: string; readonly text: string } | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return isPlain(value) ? undefined : { type: "Edm.Double", text: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { type: "Edm.Int64", text: String(value) };
    default:
      if (value instanceof Date) return { type: "Edm.DateTime", text: value.toISOString() };
      if (value instanceof Uint8Array) return { type: "Edm.Binary", text: Buffer.from(value).toString("base64") };
      return { type: "Edm.Guid", text: value.value };
  }
};

/** The service takes a number without a type for one of 32 bits, or with a fraction. */
const isPlain = (value: number): boolean =>
  Number.isInteger(value) ? (value | 0) === value && !Object.is(value, -0) : Number.isFinite(value);

/** Reads it. Undefined for anything that `jsonOfColumns` does not make. */
export const columnsOfJson = (json: unknown): ColumnValues | undefined => {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const members = Object.entries(json) as [string, unknown][];
  const types = new Map(members.filter(([name]) => name.endsWith(typeSuffix)));
  const columns: [string, ColumnValue][] = [];
  for (const [name, given] of members) {
    if (name.endsWith(typeSuffix)) continue;
    const value = valueOf(given, types.get(`${name}${typeSuffix}`));
    if (value === undefined) return undefined;
    columns.push([name, value]);
  }
  return Object.fromEntries(columns);
};

const valueOf = (given: unknown, type: unknown): ColumnValue | undefined => {
  if (type !== undefined) return typeof given === "string" ? parsers.get(type)?.(given) : undefined;
  return typeof given === "string" || typeof given === "boolean" || typeof given === "number" ? given : undefined;
};

const parsers = new Map<unknown, (text: string) => ColumnValue | undefined>([
  ["Edm.Double", (text) => (text === "NaN" || !Number.isNaN(Number(text)) ? Number(text) : undefined)],
  ["Edm.Int64", (text) => (/^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined)],
  ["Edm.DateTime", (text) => (Number.isNaN(Date.parse(text)) ? undefined : new Date(text))],
  ["Edm.Binary", (text) => new Uint8Array(Buffer.from(text, "base64"))],
  ["Edm.Guid", (text) => ({ type: "Guid", value: text }) as const],
]);

const typeSuffix = "@odata.type";

/** The same as a row of ours, which has keys and none of the rarer types. */
export const rowOfJson = (json: unknown): Row | undefined => {
  const columns = columnsOfJson(json);
  if (columns === undefined || !Object.values(columns).every(isRowValue)) return undefined;
  const { partitionKey, rowKey } = columns;
  if (typeof partitionKey !== "string" || typeof rowKey !== "string") return undefined;
  return columns as Row;
};

const isRowValue = (value: ColumnValue): value is RowValue =>
  typeof value !== "object" ? typeof value !== "bigint" : value instanceof Date;
