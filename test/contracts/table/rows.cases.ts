import { expect, test } from "vitest";
import { RowConflict, type Row } from "../../../shared/storage/table.ts";
import { found, insert, keysIn, partition, table } from "./table-under-test.ts";

/** One row, written and read. */
export const rowCases = (): void => {
  test("a row that is not there is undefined", async () => {
    const partitionKey = partition();
    expect(await table.find(partitionKey, "r")).toBeUndefined();
    await insert({ partitionKey, rowKey: "other" });
    expect(await table.find(partitionKey, "r")).toBeUndefined();
  });

  test("a row comes back as it was written, with an etag and nothing else", async () => {
    const row: Row = {
      partitionKey: partition(),
      rowKey: "r",
      text: "plain",
      empty: "",
      quotes: `'single' "double" \\ back`,
      unicode: "žluťoučký 🦓 日本語",
      controls: "\u0000\u0007\u007f\u0085\u2028\u2029\ufeff",
      lines: "one\r\n\ttwo",
      zero: 0,
      whole: 2_147_483_647,
      negative: -2_147_483_648,
      fraction: 0.1,
      yes: true,
      no: false,
      at: new Date("2026-01-31T12:00:00.123Z"),
      long: "ž".repeat(32_000),
    };
    await insert(row);
    const { etag, ...written } = await found(row.partitionKey);
    expect(written).toEqual(row);
    expect(etag).not.toBe("");
    await table.transact([{ kind: "put", row: { ...row, rowKey: "together" } }]);
    const { etag: _, ...writtenTogether } = await found(row.partitionKey, "together");
    expect(writtenTogether).toEqual({ ...row, rowKey: "together" });
  });

  test("keys of letters, digits and the marks we use find their row, and are told apart by case", async () => {
    const partitionKey = `${partition()}_-=.`;
    const keys = ["h", "H", "a_B-c", "n_0f=", "c_0000000001", "x:y,z", "it's", "50%2F50"];
    for (const rowKey of keys) await insert({ partitionKey, rowKey, self: rowKey });
    for (const rowKey of keys) expect(await found(partitionKey, rowKey)).toMatchObject({ rowKey, self: rowKey });
  });

  test("put writes a row whole, whatever was there", async () => {
    const partitionKey = partition();
    await table.write({ kind: "put", row: { partitionKey, rowKey: "r", first: 1, both: 1 } });
    await table.write({ kind: "put", row: { partitionKey, rowKey: "r", second: 2, both: 2 } });
    const { etag: _, ...row } = await found(partitionKey);
    expect(row).toEqual({ partitionKey, rowKey: "r", second: 2, both: 2 });
  });

  test("insert meets a row that is there with a conflict, and leaves it", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", by: "first" });
    await expect(insert({ partitionKey, rowKey: "r", by: "second" })).rejects.toThrow(RowConflict);
    expect(await found(partitionKey)).toMatchObject({ by: "first" });
  });

  test("replace writes a row whole if it is the version that was read", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", first: 1 });
    const { etag } = await found(partitionKey);
    await table.write({ kind: "replace", row: { partitionKey, rowKey: "r", second: 2 }, ifMatch: etag });
    const { etag: next, ...row } = await found(partitionKey);
    expect(row).toEqual({ partitionKey, rowKey: "r", second: 2 });
    expect(next).not.toBe(etag);
  });

  test("a row that is written as it was read, with the etag of then, has a new one", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", value: 1 });
    const read = await found(partitionKey);
    await table.write({ kind: "replace", row: { ...read, value: 2 }, ifMatch: read.etag });
    const { etag, value } = await found(partitionKey);
    expect(value).toBe(2);
    expect(etag).not.toBe(read.etag);
  });

  test("replace meets another version with a conflict, and leaves it", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", value: 1 });
    const { etag: stale } = await found(partitionKey);
    await table.write({ kind: "put", row: { partitionKey, rowKey: "r", value: 2 } });
    const late = table.write({ kind: "replace", row: { partitionKey, rowKey: "r", value: 3 }, ifMatch: stale });
    await expect(late).rejects.toThrow(RowConflict);
    expect(await found(partitionKey)).toMatchObject({ value: 2 });
  });

  test("a deleted row is gone, and its key is free", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r" });
    await table.write({ kind: "delete", partitionKey, rowKey: "r" });
    expect(await table.find(partitionKey, "r")).toBeUndefined();
    await insert({ partitionKey, rowKey: "r", again: true });
    expect(await found(partitionKey)).toMatchObject({ again: true });
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["r"]);
  });

  test("a delete meets another version, or no row, with a conflict, and takes the one that was read", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "r", value: 1 });
    const { etag: stale } = await found(partitionKey);
    await table.write({ kind: "put", row: { partitionKey, rowKey: "r", value: 2 } });
    const remove = (ifMatch?: string): Promise<void> =>
      table.write({ kind: "delete", partitionKey, rowKey: "r", ...(ifMatch !== undefined && { ifMatch }) });
    await expect(remove(stale)).rejects.toThrow(RowConflict);
    const { etag, value } = await found(partitionKey);
    expect(value).toBe(2);
    await remove(etag);
    expect(await table.find(partitionKey, "r")).toBeUndefined();
    await expect(remove(etag)).rejects.toThrow(RowConflict);
    await expect(remove()).rejects.toThrow(RowConflict);
  });
};
