import type { Change, Row, RowValue, StoredRow } from "./table.ts";

/*
 * Rows, and what is asked about them, as the Table service writes them (https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations,
 * "minimalmetadata"), for the four kinds of values that rows have here. The SDK does the same for any value by a description of every
 * operation, and a client anew for every transaction: with its own transport that takes one and a half times to three times the processor
 * time, and two to four times the garbage (`test/bench/README.md`). `test/contracts/table/as-the-sdk` holds what leaves against what the SDK would send.
 */

/** The part of a URL that names a row: in quotation marks, of which one within is doubled. */
export const keyOf = ({ partitionKey, rowKey }: Pick<Row, "partitionKey" | "rowKey">): string =>
  `(PartitionKey='${quoted(partitionKey)}',RowKey='${quoted(rowKey)}')`;

const quoted = (key: string): string => encodeURIComponent(key.replaceAll("'", "''"));

/** The part of a URL that asks for rows: at most so many, those that the filter lets through, from where a page ended. */
export const queryOf = ({ filter, top, from }: Query): string => {
  const asked = [
    ["$top", String(top)],
    ["$filter", filter],
    ["NextPartitionKey", from?.partitionKey],
    ["NextRowKey", from?.rowKey],
  ] as const;
  const given = asked.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encoded(value)}`]));
  return `()?${given.join("&")}`;
};

export type Query = {
  readonly filter: string | undefined;
  readonly top: number;
  readonly from: Continuation | undefined;
};
/** Where the next page begins, in the service's own words; a page may end with a partition. */
export type Continuation = { readonly partitionKey: string; readonly rowKey: string | undefined };

const encoded = (value: string): string => encodeURIComponent(value).replaceAll("'", "%27");

/** The row as a request's body. */
const jsonOf = (row: Row): string => {
  const entity: Record<string, RowValue> = {};
  for (const [name, value] of Object.entries(row)) {
    const theirs = theirNames.get(name) ?? name;
    entity[theirs] = value;
    if (value instanceof Date) entity[theirs + typeOfIt] = "Edm.DateTime";
  }
  // JSON says the same with these escaped; Azurite (3.35) takes them for ends of lines, and fails the transaction.
  return JSON.stringify(entity).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
};

/** A row that is written as it was read has its version among its members: the service passes over that. */
const theirNames: ReadonlyMap<string, string> = new Map([
  ["partitionKey", "PartitionKey"],
  ["rowKey", "RowKey"],
  ["etag", "odata.etag"],
]);
const typeOfIt = "@odata.type";

/** What a change asks for: alone, or as a part of a transaction. The path follows the table's name. */
export type Asked = {
  readonly method: "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export const askedBy = (change: Change): Asked => {
  switch (change.kind) {
    case "insert":
      return { method: "POST", path: "", headers: insertHeaders, body: jsonOf(change.row) };
    case "put":
      return { method: "PUT", path: keyOf(change.row), headers: writeHeaders, body: jsonOf(change.row) };
    case "replace": {
      const headers = { ...writeHeaders, "If-Match": change.ifMatch };
      return { method: "PUT", path: keyOf(change.row), headers, body: jsonOf(change.row) };
    }
    case "delete":
      return { method: "DELETE", path: keyOf(change), headers: { ...readHeaders, "If-Match": change.ifMatch ?? "*" } };
  }
};

/** An answer tells a row's version, and of which kinds its values are where JSON does not. */
export const readHeaders = { Accept: "application/json;odata=minimalmetadata", DataServiceVersion: "3.0" };
const writeHeaders = { "Content-Type": "application/json", DataServiceVersion: "3.0", Accept: "application/json" };
const insertHeaders = {
  "Content-Type": "application/json;odata=nometadata",
  ...readHeaders,
  Prefer: "return-no-content",
};

/** The row that an answer's body, parsed, tells of. */
export const rowOf = (entity: Readonly<Record<string, RowValue>>): StoredRow => {
  const row: Record<string, RowValue> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (name === "odata.etag") row.etag = value;
    else if (name === "PartitionKey") row.partitionKey = value;
    else if (name === "RowKey") row.rowKey = value;
    else if (name !== "Timestamp" && !name.startsWith("odata.") && !name.endsWith(typeOfIt)) {
      row[name] = entity[name + typeOfIt] === "Edm.DateTime" ? new Date(String(value)) : value;
    }
  }
  return row as StoredRow;
};
