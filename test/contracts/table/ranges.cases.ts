import { expect, test } from "vitest";
import { insert, keysIn, partition, table } from "./table-under-test.ts";

/** Rows that are found by more than their key. */
export const rangeCases = (): void => {
  test("a range has the rows from its first key, included, to its last, excluded, in order of the keys", async () => {
    const partitionKey = partition();
    const keys = ["c_2", "s_A", "a_x", "s_", "s`", "s_a", "s_-", "r", "s_0"];
    for (const rowKey of keys) await insert({ partitionKey, rowKey });
    await insert({ partitionKey: partition(), rowKey: "s_elsewhere" });
    expect(await keysIn(table.range(partitionKey, "s_", "s`"))).toEqual(["s_", "s_-", "s_0", "s_A", "s_a"]);
    expect(await keysIn(table.range(partitionKey, "c_2", "c_2"))).toEqual([]);
    expect(await keysIn(table.range(partition(), "", "~"))).toEqual([]);
  });

  test("a range of more than a thousand rows is complete and in order, so is what has expired among them, and a transaction takes a hundred changes", async () => {
    const partitionKey = partition();
    const keys = Array.from({ length: 1_100 }, (_, index) => String(index).padStart(4, "0"));
    const rows = keys.map((rowKey) => ({ partitionKey, rowKey, expiresAt: new Date(rowKey.endsWith("50") ? 1 : 3) }));
    for (let start = 0; start < keys.length; start += 100) {
      await table.transact(rows.slice(start, start + 100).map((row) => ({ kind: "insert", row })));
    }
    expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(keys);
    const expired = await keysIn(table.range(partitionKey, "", "~", { expiredAt: 2 }));
    expect(expired).toEqual(keys.filter((key) => key.endsWith("50")));

    // Each page is the state at its own request: what comes or goes behind the first thousand while they are read, does so for the reader.
    const read: string[] = [];
    for await (const { rowKey } of table.range(partitionKey, "", "~")) {
      if (read.push(rowKey) > 1) continue;
      await table.write({ kind: "delete", partitionKey, rowKey: "0001" });
      await table.write({ kind: "delete", partitionKey, rowKey: "1050" });
      await insert({ partitionKey, rowKey: "1050a" });
    }
    expect(read).toEqual(keys.map((key) => (key === "1050" ? "1050a" : key)));
  });

  test("a range with a limit ends there, in order, and is as long as there are rows", async () => {
    const partitionKey = partition();
    for (const rowKey of ["d", "b", "a", "c"]) await insert({ partitionKey, rowKey });
    const keysUpTo = (limit: number): Promise<string[]> => keysIn(table.range(partitionKey, "b", "~", { limit }));
    expect(await keysUpTo(1)).toEqual(["b"]);
    expect(await keysUpTo(2)).toEqual(["b", "c"]);
    expect(await keysUpTo(3)).toEqual(["b", "c", "d"]);
    expect(await keysUpTo(4)).toEqual(["b", "c", "d"]);
    expect(await keysUpTo(1_001)).toEqual(["b", "c", "d"]);
  });

  test("a range of what has expired has the rows at or past that instant, to the millisecond, and none without one", async () => {
    const partitionKey = partition();
    const at = Date.parse("2026-01-31T12:00:00.123Z");
    const times = { c_past: at - 1, a_long: 0, n_now: at, n_next: at + 1, n_later: Date.parse("2126-01-31") };
    for (const [rowKey, time] of Object.entries(times)) {
      await insert({ partitionKey, rowKey, expiresAt: new Date(time) });
    }
    await insert({ partitionKey, rowKey: "h" });
    await insert({ partitionKey: partition(), rowKey: "n_elsewhere", expiresAt: new Date(0) });
    const expired = (from: string, below: string, limit?: number): Promise<string[]> =>
      keysIn(table.range(partitionKey, from, below, { expiredAt: at, ...(limit !== undefined && { limit }) }));
    expect(await expired("", "~")).toEqual(["a_long", "c_past", "n_now"]);
    expect(await expired("b", "n_")).toEqual(["c_past"]);
    expect(await expired("", "~", 2)).toEqual(["a_long", "c_past"]);
  });

  test("rows of the partitions below a key come in order, no more than asked", async () => {
    const hour = (text: string): string => `0000-${text}`; // before all other partitions of this suite
    const rows = [
      ["2026-01-31T12_B", "y"],
      ["2026-01-31T12_B", "x"],
      ["2026-01-31T11_c", "z"],
      ["2026-01-31T13_A", "w"],
    ] as const;
    for (const [partitionKey, rowKey] of rows) await insert({ partitionKey: hour(partitionKey), rowKey });
    const below = (key: string, limit: number): Promise<string[]> => keysIn(table.partitionsBelow(hour(key), limit));
    expect(await below("2026-01-31T13", 10)).toEqual(["z", "x", "y"]);
    expect(await below("2026-01-31T13", 2)).toEqual(["z", "x"]);
    expect(await below("2026-01-31T13_A", 10)).toEqual(["z", "x", "y"]);
    expect(await below("2026-01-31T11_c", 10)).toEqual([]);
  });

  test("the rows of a key are found in whatever partition they are, and no others", async () => {
    const rowKey = `k${crypto.randomUUID()}`;
    const places = [partition(), partition()].sort();
    for (const partitionKey of places) await insert({ partitionKey, rowKey });
    await insert({ partitionKey: partition(), rowKey: `${rowKey}x` });
    const found: string[] = [];
    for await (const page of table.withRowKey(rowKey)) found.push(...page.map((row) => row.partitionKey));
    expect(found.sort()).toEqual(places);
  });

  test("the rows whose key is in a range are found in whatever partition they are, its end not among them", async () => {
    const begin = `r${crypto.randomUUID()}`;
    const places = [partition(), partition()];
    for (const partitionKey of places) {
      for (const end of ["", "_a", "_b", "`", "a"]) await insert({ partitionKey, rowKey: begin + end });
    }
    const found: string[] = [];
    for await (const page of table.withRowKeys(`${begin}_`, `${begin}\``))
      found.push(...page.map((row) => row.partitionKey + row.rowKey));
    expect(found.sort()).toEqual(places.flatMap((place) => [`${place}${begin}_a`, `${place}${begin}_b`]).sort());
  });

  test("all rows of the table are found, whatever their partition", async () => {
    const rows = Array.from({ length: 3 }, () => ({ partitionKey: partition(), rowKey: "r" }));
    for (const row of rows) await insert(row);
    const partitions: string[] = [];
    for await (const { partitionKey } of table.all()) partitions.push(partitionKey);
    expect(partitions).toEqual(expect.arrayContaining(rows.map(({ partitionKey }) => partitionKey)));
  });
};
