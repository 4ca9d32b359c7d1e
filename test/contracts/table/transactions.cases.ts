import { expect, test } from "vitest";
import { RowConflict, type Change } from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";
import { found, insert, keysIn, partition, put, table } from "./table-under-test.ts";

/** Changes that are made together, or refused. */
export const transactionCases = (): void => {
  test("a transaction makes every kind of change", async () => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "old", value: 1 });
    await insert({ partitionKey, rowKey: "doomed" });
    await insert({ partitionKey, rowKey: "known" });
    const { etag } = await found(partitionKey, "old");
    const { etag: known } = await found(partitionKey, "known");
    await table.transact([
      { kind: "replace", row: { partitionKey, rowKey: "old", value: 2 }, ifMatch: etag },
      { kind: "insert", row: { partitionKey, rowKey: "new", at: new Date(7) } },
      { kind: "put", row: { partitionKey, rowKey: "put", text: "'ž'" } },
      { kind: "delete", partitionKey, rowKey: "doomed" },
      { kind: "delete", partitionKey, rowKey: "known", ifMatch: known },
    ]);
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["new", "old", "put"]);
    expect(await found(partitionKey, "old")).toMatchObject({ value: 2 });
    expect(await found(partitionKey, "new")).toMatchObject({ at: new Date(7) });
    expect(await found(partitionKey, "put")).toMatchObject({ text: "'ž'" });
  });

  test.each<[string, (partitionKey: string, stale: string) => Change]>([
    ["an insert that finds a row", (partitionKey) => ({ kind: "insert", row: { partitionKey, rowKey: "there" } })],
    [
      "a replace that finds another version",
      (partitionKey, ifMatch) => ({ kind: "replace", row: { partitionKey, rowKey: "there", value: 3 }, ifMatch }),
    ],
    [
      "a delete that finds another version",
      (partitionKey, ifMatch) => ({ kind: "delete", partitionKey, rowKey: "there", ifMatch }),
    ],
    ["a delete that finds no row", (partitionKey) => ({ kind: "delete", partitionKey, rowKey: "absent" })],
  ])("a transaction with %s is a conflict and changes nothing", async (_, conflicting) => {
    const partitionKey = partition();
    await insert({ partitionKey, rowKey: "there", value: 1 });
    const { etag: stale } = await found(partitionKey, "there");
    await table.write({ kind: "put", row: { partitionKey, rowKey: "there", value: 2 } });
    const changes: Change[] = [
      { kind: "insert", row: { partitionKey, rowKey: "before" } },
      conflicting(partitionKey, stale),
      { kind: "put", row: { partitionKey, rowKey: "behind" } },
    ];
    await expect(table.transact(changes)).rejects.toThrow(RowConflict);
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["there"]);
    expect(await found(partitionKey, "there")).toMatchObject({ value: 2 });
  });

  test.each<[string, (partitionKey: string) => Change[]]>([
    [
      "of more than a hundred changes",
      (partitionKey) =>
        Array.from({ length: 101 }, (_, index) => ({ kind: "insert", row: { partitionKey, rowKey: `r${index}` } })),
    ],
    [
      "over two partitions",
      (partitionKey) =>
        [partitionKey, partition()].map((one) => ({ kind: "insert", row: { partitionKey: one, rowKey: "r" } })),
    ],
    [
      "that changes a row twice",
      (partitionKey) => [1, 2].map((value) => ({ kind: "put", row: { partitionKey, rowKey: "r", value } })),
    ],
    ["of nothing", () => []],
  ])("a transaction %s is refused as the bug it is, and changes nothing", async (_, changes) => {
    const partitionKey = partition();
    const failure: unknown = await table.transact(changes(partitionKey)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toBeInstanceOf(RowConflict);
    expect(failure).not.toBeInstanceOf(Unavailable);
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual([]);
  });

  test.each<[string, (partitionKey: string) => Change[]]>([
    ["a text of more than 64 KiB", (partitionKey) => [put(partitionKey, { text: "x".repeat(32 * 1024 + 1) })]],
    [
      "more than 4 MiB together",
      (partitionKey) =>
        Array.from({ length: 100 }, (_, index) =>
          put(partitionKey, { text: "x".repeat(32_000), more: "y".repeat(32_000) }, `r${index}`),
        ),
    ],
    ...["a\\b", "a#b", "a?b", "a\tb", "x".repeat(513)].map((rowKey): [string, (partitionKey: string) => Change[]] => [
      `the key ${JSON.stringify(rowKey.slice(0, 9))} of length ${rowKey.length}`,
      (partitionKey) => [put(partitionKey, {}, rowKey)],
    ]),
  ])("%s is refused as the bug it is, alone and in a transaction", async (_, impossible) => {
    const partitionKey = partition();
    const changes = impossible(partitionKey);
    const [change] = changes;
    const attempts = [table.transact(changes), ...(change && changes.length === 1 ? [table.write(change)] : [])];
    for (const attempt of await Promise.allSettled(attempts)) {
      const failure: unknown = attempt.status === "rejected" ? attempt.reason : undefined;
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(RowConflict);
      expect(failure).not.toBeInstanceOf(Unavailable);
    }
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual([]);
  });
};
