import type { TableClient, TableEntity, TransactionAction } from "@azure/data-tables";
import fc from "fast-check";
import type { Change, Row, RowValue } from "../../../../shared/storage/table.ts";

/** Such as the service lets stand. */
export const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }).filter((text) => !/[/\\#?\p{Cc}]/u.test(text)),
  fc.constantFrom("'", "it's 100% ž+&=;,()", "n_2518!.~*"),
);
const value: fc.Arbitrary<RowValue> = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("\u2028'\u2029", '{"a":1}', "\r\n--changeset_x--", "\\u2028"),
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.date({ noInvalidDate: true, min: new Date("1601-01-01"), max: new Date("9999-12-31") }),
);
const name = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,10}$/)
  .filter((text) => !/^(partitionkey|rowkey|timestamp|etag)$/i.test(text));
export const row = (partitionKey: string): fc.Arbitrary<Row> =>
  fc
    .record({ rowKey: key, values: fc.dictionary(name, value, { maxKeys: 6 }) })
    .map(({ rowKey, values }) => ({ partitionKey, rowKey, ...values }));
export const etag = fc.constantFrom("W/\"datetime'2026-11-23T18%3A32%3A08.1234567Z'\"", "*");
export const change = (partitionKey: string): fc.Arbitrary<Change> =>
  fc.oneof(
    row(partitionKey).map((one): Change => ({ kind: "insert", row: one })),
    row(partitionKey).map((one): Change => ({ kind: "put", row: one })),
    fc.tuple(row(partitionKey), etag).map(([one, ifMatch]): Change => ({ kind: "replace", row: one, ifMatch })),
    key.map((rowKey): Change => ({ kind: "delete", partitionKey, rowKey })),
  );

const entity = (one: Row): TableEntity => ({ ...one });

/** The change, asked of the SDK. */
export const byTheSdk = (table: TableClient, one: Change): Promise<unknown> => {
  switch (one.kind) {
    case "insert":
      return table.createEntity(entity(one.row));
    case "put":
      return table.upsertEntity(entity(one.row), "Replace");
    case "replace":
      return table.updateEntity(entity(one.row), "Replace", { etag: one.ifMatch });
    case "delete":
      return table.deleteEntity(one.partitionKey, one.rowKey, { etag: one.ifMatch ?? "*" });
  }
};

/** The change in a transaction of the SDK's. */
export const action = (one: Change): TransactionAction => {
  switch (one.kind) {
    case "insert":
      return ["create", entity(one.row)];
    case "put":
      return ["upsert", entity(one.row), "Replace"];
    case "replace":
      return ["update", entity(one.row), "Replace", { etag: one.ifMatch }];
    case "delete":
      return ["delete", { partitionKey: one.partitionKey, rowKey: one.rowKey }];
  }
};
