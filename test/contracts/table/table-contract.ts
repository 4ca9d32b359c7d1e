import { beforeAll, describe, expect, test } from "vitest";
import {
  RowConflict,
  type Change,
  type Row,
  type RowValue,
  type StoredRow,
  type Table,
} from "../../../shared/storage/table.ts";
import { Unavailable } from "../../../shared/unavailable.ts";

const put = (partitionKey: string, values: Readonly<Record<string, RowValue>>, rowKey = "r"): Change => ({
  kind: "put",
  row: { ...values, partitionKey, rowKey },
});

/** What whoever implements the port `Table` promises. `makeTable` gives a table, empty or not; the suite keeps to partitions of its own. */
export const tableContract = (name: string, makeTable: () => Promise<Table> | Table): void => {
  describe(`${name} as a Table`, () => {
    let table: Table;
    beforeAll(async () => {
      table = await makeTable();
    });

    const partition = (): string => crypto.randomUUID();
    const insert = (row: Row): Promise<void> => table.write({ kind: "insert", row });
    const found = async (partitionKey: string, rowKey = "r"): Promise<StoredRow> => {
      const row = await table.find(partitionKey, rowKey);
      if (!row) throw new Error(`There is no row ${rowKey}.`);
      return row;
    };
    const keysIn = async (rows: AsyncIterable<StoredRow>): Promise<string[]> => {
      const keys: string[] = [];
      for await (const row of rows) keys.push(row.rowKey);
      return keys;
    };

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

    test("replace meets another version with a conflict, and leaves it", async () => {
      const partitionKey = partition();
      await insert({ partitionKey, rowKey: "r", value: 1 });
      const { etag: stale } = await found(partitionKey);
      await table.write({ kind: "put", row: { partitionKey, rowKey: "r", value: 2 } });
      const late = table.write({ kind: "replace", row: { partitionKey, rowKey: "r", value: 3 }, ifMatch: stale });
      await expect(late).rejects.toThrow(RowConflict);
      expect(await found(partitionKey)).toMatchObject({ value: 2 });
    });

    test("replace meets a row that was deleted meanwhile with a conflict, alone and in a transaction", async () => {
      const partitionKey = partition();
      await insert({ partitionKey, rowKey: "r" });
      const { etag: ifMatch } = await found(partitionKey);
      await table.write({ kind: "delete", partitionKey, rowKey: "r" });
      const late: Change = { kind: "replace", row: { partitionKey, rowKey: "r" }, ifMatch };
      await expect(table.write(late)).rejects.toThrow(RowConflict);
      const together = table.transact([{ kind: "put", row: { partitionKey, rowKey: "beside" } }, late]);
      await expect(together).rejects.toThrow(RowConflict);
      expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual([]);
    });

    test("of twenty who replace the same version, one wins", async () => {
      const partitionKey = partition();
      await insert({ partitionKey, rowKey: "r", winner: -1 });
      const { etag: ifMatch } = await found(partitionKey);
      const races = await Promise.allSettled(
        Array.from({ length: 20 }, (_, winner) =>
          table.write({ kind: "replace", row: { partitionKey, rowKey: "r", winner }, ifMatch }),
        ),
      );
      const winners = races.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(await found(partitionKey)).toMatchObject({ winner: winners[0] });
      for (const race of races) if (race.status === "rejected") expect(race.reason).toBeInstanceOf(RowConflict);
    });

    test("of ten transactions that replace the same version, one is made, whole, and of the others nothing", async () => {
      const partitionKey = partition();
      await insert({ partitionKey, rowKey: "head", winner: -1 });
      const { etag: ifMatch } = await found(partitionKey, "head");
      const races = await Promise.allSettled(
        Array.from({ length: 10 }, (_, winner) =>
          table.transact([
            { kind: "insert", row: { partitionKey, rowKey: `of ${winner}` } },
            { kind: "replace", row: { partitionKey, rowKey: "head", winner }, ifMatch },
          ]),
        ),
      );
      const winners = races.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
      expect(winners).toHaveLength(1);
      for (const race of races) if (race.status === "rejected") expect(race.reason).toBeInstanceOf(RowConflict);
      expect(await found(partitionKey, "head")).toMatchObject({ winner: winners[0] });
      expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["head", `of ${winners[0]}`]);
    });

    test("a change sent again, as when its answer was lost, meets its own effect with a conflict; only a put passes", async () => {
      const partitionKey = partition();
      for (const rowKey of ["doomed", "old", "put"]) await insert({ partitionKey, rowKey, value: 1 });
      const { etag: ifMatch } = await found(partitionKey, "old");
      const { etag: doomed } = await found(partitionKey, "doomed");
      const changes: Change[] = [
        { kind: "insert", row: { partitionKey, rowKey: "new" } },
        { kind: "replace", row: { partitionKey, rowKey: "old", value: 1 }, ifMatch }, // as it was: a version all the same
        { kind: "delete", partitionKey, rowKey: "doomed", ifMatch: doomed },
      ];
      for (const change of changes) {
        await table.write(change);
        await expect(table.write(change)).rejects.toThrow(RowConflict);
      }
      const put: Change = { kind: "put", row: { partitionKey, rowKey: "put", value: 2 } };
      for (const _time of [1, 2]) await table.write(put);

      const { etag: next } = await found(partitionKey, "old");
      const together: Change[] = [
        { kind: "replace", row: { partitionKey, rowKey: "old", value: 3 }, ifMatch: next },
        { kind: "put", row: { partitionKey, rowKey: "put", value: 3 } },
      ];
      await table.transact(together);
      await table.write(put);
      await expect(table.transact(together)).rejects.toThrow(RowConflict);
      expect(await keysIn(table.range(partitionKey, "", "~"))).toEqual(["new", "old", "put"]);
      expect(await found(partitionKey, "old")).toMatchObject({ value: 3 });
      expect(await found(partitionKey, "put")).toMatchObject({ value: 2 });
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

    test("a transaction makes every kind of change", async () => {
      const partitionKey = partition();
      await insert({ partitionKey, rowKey: "old", value: 1 });
      await insert({ partitionKey, rowKey: "doomed" });
      const { etag } = await found(partitionKey, "old");
      await table.transact([
        { kind: "replace", row: { partitionKey, rowKey: "old", value: 2 }, ifMatch: etag },
        { kind: "insert", row: { partitionKey, rowKey: "new", at: new Date(7) } },
        { kind: "put", row: { partitionKey, rowKey: "put", text: "'ž'" } },
        { kind: "delete", partitionKey, rowKey: "doomed" },
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
      [
        "that deletes one version",
        (partitionKey) => [
          { kind: "put", row: { partitionKey, rowKey: "r" } },
          { kind: "delete", partitionKey, rowKey: "s", ifMatch: "*" },
        ],
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

    test("all rows of the table are found, whatever their partition", async () => {
      const rows = Array.from({ length: 3 }, () => ({ partitionKey: partition(), rowKey: "r" }));
      for (const row of rows) await insert(row);
      const partitions: string[] = [];
      for await (const { partitionKey } of table.all()) partitions.push(partitionKey);
      expect(partitions).toEqual(expect.arrayContaining(rows.map(({ partitionKey }) => partitionKey)));
    });
  });
};
